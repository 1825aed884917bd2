//! Values as senders write them: numbers as text or numbers, one thing where a list belongs, nothing in many ways.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// A value that should be a text or a number.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Scalar<'a> {
    /// Not there, null, or empty.
    #[default]
    Nothing,
    /// What it says, without the blanks around it.
    Text(Cow<'a, str>),
    /// A list or an object.
    Wrong,
}

impl Scalar<'_> {
    /// What it says; empty for nothing, `None` for a list or an object.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Nothing => Some(""),
            Self::Text(text) => Some(text),
            Self::Wrong => None,
        }
    }

    /// Whether it says yes: `1`, `True`.
    #[must_use]
    pub fn is_true(&self) -> bool {
        self.text().is_some_and(|text| text == "1" || text.eq_ignore_ascii_case("true"))
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Scalar<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ScalarVisitor)
    }
}

struct ScalarVisitor;

impl<'de> Visitor<'de> for ScalarVisitor {
    type Value = Scalar<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text or a number")
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Self::Value, E> {
        let text = text.trim();
        Ok(if text.is_empty() { Scalar::Nothing } else { Scalar::Text(Cow::Borrowed(text)) })
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        let text = text.trim();
        Ok(if text.is_empty() { Scalar::Nothing } else { Scalar::Text(Cow::Owned(text.to_owned())) })
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Self::Value, E> {
        Ok(Scalar::Text(Cow::Owned(number.to_string())))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Self::Value, E> {
        Ok(Scalar::Text(Cow::Owned(number.to_string())))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Self::Value, E> {
        Ok(Scalar::Text(Cow::Owned(number.to_string())))
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Self::Value, E> {
        Ok(Scalar::Text(Cow::Borrowed(if value { "1" } else { "0" })))
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(Scalar::Nothing)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Scalar::Wrong)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Scalar::Wrong)
    }
}

/// Whether something stands there. What it says (an address, a name of a file) is not kept.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Present(pub bool);

impl<'de> Deserialize<'de> for Present {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = deserializer.deserialize_any(ScalarVisitor)?;
        Ok(Self(matches!(value, Scalar::Text(_))))
    }
}

/// What is made of the items of a list, one after the other.
pub trait Gather: Default {
    /// An item.
    type Item<'a>: Deserialize<'a>;

    /// Takes an item in.
    fn add(&mut self, item: Self::Item<'_>);

    /// Something that is no item stands in the list.
    fn add_wrong(&mut self);
}

/// A list of which only what is gathered is kept. Nothing and an empty text are empty lists, an object is a list of one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Gathered<G>(pub G);

impl<'de, G: Gather> Deserialize<'de> for Gathered<G> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(GatherVisitor(PhantomData))
    }
}

struct GatherVisitor<G>(PhantomData<G>);

impl<'de, G: Gather> Visitor<'de> for GatherVisitor<G> {
    type Value = Gathered<G>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(Gathered(G::default()))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        let mut all = G::default();
        if !matches!(text.trim(), "" | "[]") {
            all.add_wrong();
        }
        Ok(Gathered(all))
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<Self::Value, E> {
        Ok(wrong())
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<Self::Value, E> {
        Ok(wrong())
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<Self::Value, E> {
        Ok(wrong())
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<Self::Value, E> {
        Ok(wrong())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut all = G::default();
        while let Some(item) = list.next_element::<Item<G::Item<'de>>>()? {
            match item.0 {
                Some(item) => all.add(item),
                None => all.add_wrong(),
            }
        }
        Ok(Gathered(all))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        let mut all = G::default();
        all.add(G::Item::deserialize(MapAccessDeserializer::new(map))?);
        Ok(Gathered(all))
    }
}

fn wrong<G: Gather>() -> Gathered<G> {
    let mut all = G::default();
    all.add_wrong();
    Gathered(all)
}

/// An object of a list, or `None` for anything else.
struct Item<T>(Option<T>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Item<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ItemVisitor(PhantomData))
    }
}

struct ItemVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ItemVisitor<T> {
    type Value = Item<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        Ok(Item(Some(T::deserialize(MapAccessDeserializer::new(map))?)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Item(None))
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<Self::Value, E> {
        Ok(Item(None))
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<Self::Value, E> {
        Ok(Item(None))
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<Self::Value, E> {
        Ok(Item(None))
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<Self::Value, E> {
        Ok(Item(None))
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<Self::Value, E> {
        Ok(Item(None))
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(Item(None))
    }
}
