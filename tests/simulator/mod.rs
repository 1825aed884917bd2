//! What the simulator makes up besides answers.

mod initiatives;
mod services;
mod year;
