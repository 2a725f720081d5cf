//! Parents, children and protective orders, against a venue that is played by hand or by chance.

mod bench;
mod brackets;
mod parents;
mod properties;
mod rules;
