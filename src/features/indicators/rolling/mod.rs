//! Windows over the last values: the values themselves, their moments, their extremes.

mod extremes;
mod moments;
mod ring;

pub(crate) use extremes::RollingExtreme;
pub(crate) use moments::RollingMoments;
pub(crate) use ring::Ring;
