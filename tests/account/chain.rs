//! The chain over the audit log: whatever is changed, taken out, moved or cut off is found.

use proptest::prelude::*;
use proptest::sample::Index;
use toantrinh::account::audit::Entry;
use toantrinh::account::audit::chain::{Broken, Head, Link, Walk, hash};

/// A log with links, as the program writes it.
fn sealed(entries: Vec<Entry>) -> Vec<Link> {
    let mut previous = Head::default().hash;
    let mut links = Vec::new();
    for (at, mut entry) in (1i64..).zip(entries) {
        entry.seq = at;
        let own = hash(&previous, &entry);
        links.push(Link { entry, previous_hash: Some(previous), hash: Some(own.clone()) });
        previous = own;
    }
    links
}

fn walk(links: &[Link], exported: Vec<Head>) -> Result<Head, Broken> {
    let mut walk = Walk::meeting(exported);
    for link in links {
        walk.follow(link)?;
    }
    // The counter is set back with what is cut off: only then is it hard to see.
    walk.end(links.last().map_or(0, |link| link.entry.seq), None)
}

fn head(links: &[Link]) -> Head {
    walk(links, Vec::new()).unwrap()
}

fn entry() -> impl Strategy<Value = Entry> {
    let text = "[a-c\u{0}đ1]{0,4}";
    (any::<i64>(), proptest::option::of(text), text, text, text, text).prop_map(
        |(at, actor_id, actor_name, action, subject, detail)| Entry {
            seq: 0,
            at,
            actor_id,
            actor_name,
            action,
            subject,
            detail,
        },
    )
}

fn log() -> impl Strategy<Value = Vec<Link>> {
    proptest::collection::vec(entry(), 2..8).prop_map(sealed)
}

/// Another text: one bit of one byte differs where that is still text, or a character more.
fn other(text: &str, at: Index, bit: u8) -> String {
    let mut bytes = text.as_bytes().to_vec();
    if !bytes.is_empty() {
        let at = at.index(bytes.len());
        bytes[at] ^= 1 << (bit % 8);
    }
    String::from_utf8(bytes).ok().filter(|changed| changed != text).unwrap_or_else(|| format!("{text}x"))
}

/// Changes one field of an entry or of its link.
fn change(link: &mut Link, field: u8, at: Index, bit: u8) {
    let entry = &mut link.entry;
    match field {
        0 => entry.seq ^= 1 << (bit % 63),
        1 => entry.at ^= 1 << (bit % 63),
        2 => {
            entry.actor_id = match &entry.actor_id {
                None => Some(String::new()),
                Some(id) if id.is_empty() => None,
                Some(id) => Some(other(id, at, bit)),
            };
        }
        3 => entry.actor_name = other(&entry.actor_name, at, bit),
        4 => entry.action = other(&entry.action, at, bit),
        5 => entry.subject = other(&entry.subject, at, bit),
        6 => entry.detail = other(&entry.detail, at, bit),
        7 => link.previous_hash = Some(other(link.previous_hash.as_ref().unwrap(), at, bit)),
        8 => link.hash = Some(other(link.hash.as_ref().unwrap(), at, bit)),
        _ => link.hash = None,
    }
}

proptest! {
    #[test]
    fn a_log_that_nobody_touched_is_sound(links in log(), met in any::<Index>()) {
        let exported = head(&links[..met.index(links.len() + 1)]);
        prop_assert_eq!(walk(&links, vec![exported.clone()]), Ok(head(&links)));
        prop_assert_eq!(exported.to_string().parse(), Ok(exported));
    }

    #[test]
    fn any_change_of_any_field_of_any_entry_is_found_there(
        links in log(), which in any::<Index>(), field in 0u8..10, at in any::<Index>(), bit in any::<u8>(),
    ) {
        let (mut changed, which) = (links.clone(), which.index(links.len()));
        change(&mut changed[which], field, at, bit);
        prop_assert_ne!(&changed, &links);
        let broken = walk(&changed, Vec::new()).unwrap_err();
        prop_assert_eq!(broken.seq(), links[which].entry.seq);
    }

    #[test]
    fn a_text_moved_from_one_field_to_the_next_is_found(mut links in log(), which in any::<Index>()) {
        let entry = &mut links[which.index(2)].entry;
        prop_assume!(!entry.subject.is_empty());
        entry.detail.insert_str(0, &std::mem::take(&mut entry.subject));
        prop_assert!(walk(&links, Vec::new()).is_err());
    }

    #[test]
    fn an_entry_taken_out_is_found_even_when_the_rest_is_numbered_anew(
        links in log(), which in any::<Index>(), anew in any::<bool>(),
    ) {
        // The last one is another matter: that is a cut.
        let which = which.index(links.len() - 1);
        let mut changed = links.clone();
        changed.remove(which);
        if anew {
            (1i64..).zip(&mut changed).for_each(|(seq, link)| link.entry.seq = seq);
        }
        prop_assert_eq!(walk(&changed, Vec::new()).unwrap_err().seq(), links[which].entry.seq);
    }

    #[test]
    fn two_entries_that_changed_places_are_found(
        links in log(), a in any::<Index>(), b in any::<Index>(), anew in any::<bool>(),
    ) {
        let (a, b) = (a.index(links.len()), b.index(links.len()));
        prop_assume!(a != b);
        let mut changed = links.clone();
        changed.swap(a, b);
        if anew {
            (1i64..).zip(&mut changed).for_each(|(seq, link)| link.entry.seq = seq);
        }
        prop_assert_eq!(walk(&changed, Vec::new()).unwrap_err().seq(), links[a.min(b)].entry.seq);
    }

    #[test]
    fn a_cut_end_is_found_with_an_exported_head(links in log(), left in any::<Index>()) {
        let left = &links[..left.index(links.len())];
        let sound = head(left);
        prop_assert_eq!(
            walk(left, vec![head(&links)]),
            Err(Broken::BeforeExported { end: sound.seq, exported: head(&links).seq })
        );
    }

    #[test]
    fn a_log_written_anew_is_found_with_an_exported_head(
        links in log(), which in any::<Index>(), field in 1u8..7, at in any::<Index>(), bit in any::<u8>(),
    ) {
        let mut changed = links.clone();
        change(&mut changed[which.index(links.len())], field, at, bit);
        let anew = sealed(changed.into_iter().map(|link| link.entry).collect());
        prop_assert!(walk(&anew, Vec::new()).is_ok());
        prop_assert_eq!(walk(&anew, vec![head(&links)]), Err(Broken::OtherExported(head(&links).seq)));
    }
}

#[test]
fn a_head_is_read_as_it_is_written_and_nothing_else_is_one() {
    let good = format!("12:{}", "0af".repeat(22).get(..64).unwrap());
    assert_eq!(good.parse::<Head>().unwrap().to_string(), good);
    assert_eq!(format!(" {good}\n").parse::<Head>().unwrap().seq, 12);
    for wrong in ["", "12", "12:", &good[..60], &good.to_uppercase(), &format!("-{good}"), &format!("{good}0")] {
        assert!(wrong.parse::<Head>().is_err(), "{wrong}");
    }
}
