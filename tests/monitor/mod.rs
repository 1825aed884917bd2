//! The monitor, and the simulator that its tests poll.

mod simulator;
