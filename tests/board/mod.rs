//! The board of leadership: sums of months, figures, rows behind them, and the same numbers wherever they are shown.

mod editions;
mod given;
mod months;
mod shown;
