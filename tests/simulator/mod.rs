//! What the simulator makes up besides answers.

mod year;
