#!/usr/bin/env python3
"""Reads a study of releat with Optuna and through the API of optuna-dashboard, and prints it as JSON.

    python3 -m venv /tmp/oracle && /tmp/oracle/bin/pip install optuna optuna-dashboard 'psycopg[binary]'
    /tmp/oracle/bin/python tests/oracles/read_study.py sqlite:////srv/data/releat.db STUDY

Exit code 1 if a table of Optuna differs from what Optuna would have made, if the dashboard does not show what Optuna
reads, or if Optuna cannot go on with the study.
"""

import datetime, json, sys, wsgiref.util

import alembic.autogenerate, alembic.migration, optuna, sqlalchemy
from optuna.storages._rdb import models
from optuna_dashboard import wsgi

url, name = sys.argv[1:]
optuna.logging.set_verbosity(optuna.logging.ERROR)
sqlalchemy_url = url.replace("postgres://", "postgresql://")


def differences():
    """What alembic would change in the tables of Optuna; tables and indexes that Optuna does not know are ours."""
    engine = sqlalchemy.create_engine(sqlalchemy_url)
    with engine.connect() as connection:
        context = alembic.migration.MigrationContext.configure(connection, opts={"compare_type": True})
        found = alembic.autogenerate.compare_metadata(context, models.BaseModel.metadata)
    return [str(change) for change in found
            if not (isinstance(change, tuple) and change[0] in ("remove_table", "remove_index"))]


def ask(app, path):
    """One request to the dashboard."""
    environment = {"REQUEST_METHOD": "GET", "PATH_INFO": path}
    wsgiref.util.setup_testing_defaults(environment)
    status = []
    body = b"".join(app(environment, lambda line, *_: status.append(line)))
    assert status[0].startswith("200"), (path, status, body)
    return json.loads(body)


def shown(trial):
    return {
        "number": trial.number,
        "state": trial.state.name,
        "value": trial.values[0] if trial.values else None,
        "params": trial.params,
        "intermediate_values": {str(step): repr(value) for step, value in trial.intermediate_values.items()},
        "user_attrs": trial.user_attrs,
        "started": trial.datetime_start and trial.datetime_start.astimezone(datetime.timezone.utc).isoformat(),
        "ended": trial.datetime_complete and trial.datetime_complete.astimezone(datetime.timezone.utc).isoformat(),
    }


changes = differences()
study = optuna.load_study(study_name=name, storage=sqlalchemy_url)
trials = study.get_trials()
document = {
    "direction": study.direction.name,
    "metric_names": study.metric_names,
    "user_attrs": study.user_attrs,
    "best_trial": study.best_trial.number,
    "best_value": study.best_value,
    "trials": [shown(trial) for trial in trials],
    "differences": changes,
}

app = wsgi(optuna.storages.get_storage(sqlalchemy_url))
[summary] = [one for one in ask(app, "/api/studies")["study_summaries"] if one["study_name"] == name]
page = ask(app, f"/api/studies/{summary['study_id']}")
document["dashboard"] = [{"number": trial["number"], "state": trial["state"].upper()} for trial in page["trials"]]
assert [trial["number"] for trial in document["dashboard"]] == [trial.number for trial in trials]

# Optuna can go on where releat stopped, and takes its own trial back.
trial = study.ask()
assert trial.number == len(trials)
study.tell(trial, state=optuna.trial.TrialState.FAIL)

print(json.dumps(document, indent=1))
sys.exit(1 if changes else 0)
