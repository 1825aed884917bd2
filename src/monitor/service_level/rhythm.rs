//! How many values a source should have sent, by the rhythm it had at the time.

use super::window::Span;

/// The rhythms that a source has had, each from an instant on, in order. Before the first nothing was expected; `None` is
/// a time in which it was switched off, or had no rhythm.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rhythm(Vec<(i64, Option<i64>)>);

impl Rhythm {
    /// Puts rhythms in order; milliseconds.
    #[must_use]
    pub fn new(mut parts: Vec<(i64, Option<i64>)>) -> Self {
        parts.sort_by_key(|(from, _)| *from);
        Self(parts)
    }

    /// Values that should have come in some times; `None` when no rhythm is known at all.
    #[must_use]
    pub fn expected(&self, spans: &[Span]) -> Option<i64> {
        self.0.iter().find(|(_, every)| every.is_some())?;
        let mut sum = 0;
        for (at, (from, every)) in self.0.iter().enumerate() {
            let Some(every) = every.filter(|every| *every > 0) else { continue };
            let until = self.0.get(at + 1).map_or(i64::MAX / 2, |(next, _)| *next);
            let held = Span::new(*from, until);
            sum += spans.iter().map(|span| span.shared(held).length()).sum::<i64>() / every;
        }
        Some(sum)
    }

    /// The rhythm at an instant, milliseconds; `None` when it is switched off or has none.
    #[must_use]
    pub fn at(&self, at: i64) -> Option<i64> {
        self.0.iter().rev().find(|(from, _)| *from <= at).and_then(|(_, every)| *every)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_time_is_asked_with_the_rhythm_it_had() {
        let rhythm = Rhythm::new(vec![(100, Some(10)), (200, None), (300, Some(5))]);
        assert_eq!(rhythm.expected(&[Span::new(0, 400)]), Some(10 + 20));
        assert_eq!(rhythm.expected(&[Span::new(190, 210), Span::new(290, 310)]), Some(1 + 2));
        assert_eq!(rhythm.expected(&[Span::new(210, 220)]), Some(0), "it was switched off");
        assert_eq!((rhythm.at(0), rhythm.at(250), rhythm.at(300)), (None, None, Some(5)));
        assert_eq!(Rhythm::new(vec![(0, None)]).expected(&[Span::new(0, 400)]), None);
        assert_eq!(Rhythm::default().expected(&[Span::new(0, 400)]), None);
    }
}
