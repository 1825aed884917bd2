//! Forms: fields with what was typed, what is wrong beside each, and a summary that leads there.

use crate::monitor::field::FieldError;

/// How a field is filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Control {
    /// One line; the type of the input, such as `text` or `datetime-local`.
    Line(&'static str),
    /// One of some values with their words.
    Choice(Vec<(String, String)>),
    /// Yes or no.
    Tick,
    /// Several lines.
    Lines,
}

/// A field of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Name, as the form sends it.
    pub name: &'static str,
    /// What it is.
    pub label: &'static str,
    /// How to fill it in.
    pub hint: &'static str,
    /// How it is filled in.
    pub control: Control,
    /// What was typed; `true` for a tick.
    pub value: String,
    /// It must be filled in.
    pub required: bool,
    /// What is wrong.
    pub error: Option<String>,
}

impl Field {
    /// A field to type a line in.
    #[must_use]
    pub fn line(name: &'static str, label: &'static str, hint: &'static str, value: &str) -> Self {
        Self::new(name, label, hint, Control::Line("text"), value)
    }

    /// A list to choose from.
    #[must_use]
    pub fn choice(
        name: &'static str,
        label: &'static str,
        hint: &'static str,
        options: Vec<(String, String)>,
        value: &str,
    ) -> Self {
        Self::new(name, label, hint, Control::Choice(options), value)
    }

    /// A yes or no.
    #[must_use]
    pub fn tick(name: &'static str, label: &'static str, hint: &'static str, on: bool) -> Self {
        Self::new(name, label, hint, Control::Tick, if on { "true" } else { "" })
    }

    fn new(name: &'static str, label: &'static str, hint: &'static str, control: Control, value: &str) -> Self {
        Self { name, label, hint, control, value: value.to_owned(), required: false, error: None }
    }

    /// The same field as another type of input.
    #[must_use]
    pub fn typed(mut self, kind: &'static str) -> Self {
        self.control = Control::Line(kind);
        self
    }

    /// The same field, to be filled in.
    #[must_use]
    pub fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// Type of the input; empty for what is none.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self.control {
            Control::Line(kind) => kind,
            _ => "",
        }
    }

    /// What can be chosen.
    #[must_use]
    pub fn options(&self) -> &[(String, String)] {
        match &self.control {
            Control::Choice(options) => options,
            _ => &[],
        }
    }

    /// Whether it is a yes or no.
    #[must_use]
    pub fn is_tick(&self) -> bool {
        self.control == Control::Tick
    }

    /// Whether it takes several lines.
    #[must_use]
    pub fn is_lines(&self) -> bool {
        self.control == Control::Lines
    }

    /// Whether hint or error describe it.
    #[must_use]
    pub fn described(&self) -> bool {
        self.error.is_some() || !self.hint.is_empty()
    }
}

/// A line of the summary above a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Name of the field, empty for the form as a whole.
    pub name: &'static str,
    /// What is wrong.
    pub text: String,
}

/// Puts what is wrong beside its field and says it above the form. `names` leads from a field of the definition, such as
/// `window.days`, to the name of the form's field where the two differ.
#[must_use]
pub fn attach(fields: &mut [Field], errors: &[FieldError], names: &[(&str, &str)]) -> Vec<Fault> {
    let mut faults = Vec::new();
    for error in errors {
        let input = names.iter().find(|(of, _)| *of == error.field).map_or(error.field.as_str(), |(_, name)| name);
        let proposal = error.proposal.as_ref().map(|proposal| format!(" (ví dụ {proposal})")).unwrap_or_default();
        let text = format!("{}{proposal}", error.vietnamese);
        match fields.iter_mut().find(|field| field.name == input) {
            Some(field) => {
                faults.push(Fault { name: field.name, text: format!("{}: {text}", field.label) });
                field.error.get_or_insert(text);
            }
            None => faults.push(Fault { name: "", text: format!("{}: {text}", error.field) }),
        }
    }
    faults
}

/// A field of a form that could not be read.
#[must_use]
pub fn fault(field: &str, message: &str, vietnamese: &str) -> FieldError {
    FieldError::new(field, message, vietnamese)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_stands_beside_its_field_and_above_the_form() {
        let mut fields = [Field::line("days", "Số ngày", "", "x"), Field::line("name", "Tên", "", "")];
        let errors = [fault("window.days", "takes", "từ 1 đến 365"), fault("burn", "too many", "nhiều nhất 10")];
        let faults = attach(&mut fields, &errors, &[("window.days", "days")]);
        assert_eq!(fields[0].error.as_deref(), Some("từ 1 đến 365"));
        assert_eq!(fields[1].error, None);
        let texts: Vec<(&str, &str)> = faults.iter().map(|fault| (fault.name, fault.text.as_str())).collect();
        assert_eq!(texts, [("days", "Số ngày: từ 1 đến 365"), ("", "burn: nhiều nhất 10")]);
    }
}
