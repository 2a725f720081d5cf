-- Verdicts of the gate, one for each bundle and range; trading for money asks for one that says yes.

CREATE TABLE gates (
    bundle TEXT NOT NULL,
    first_day TEXT NOT NULL,
    last_day TEXT NOT NULL,
    agent TEXT NOT NULL,
    passed BIGINT NOT NULL CHECK (passed IN (0, 1)),
    checks TEXT NOT NULL,
    data TEXT NOT NULL,
    judged_at TIMESTAMP WITHOUT TIME ZONE NOT NULL,
    seal TEXT NOT NULL,
    PRIMARY KEY (bundle, first_day, last_day)
);
