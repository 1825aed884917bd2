//! The assessment: the rule, the lint on real text, verdicts kept current, the API and the board.

mod lint;
