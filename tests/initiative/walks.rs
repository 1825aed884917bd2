//! No way through a workflow goes around the law, whoever walks it.

use std::collections::HashSet;

use jiff::civil::{Date, date};
use proptest::prelude::*;
use toantrinh::account::model::{Actor, Role, UserId};
use toantrinh::initiative::model::{Duty, Place, Track};
use toantrinh::initiative::workflow::model::Workflow;
use toantrinh::initiative::workflow::rule::{Held, Starts, due, may_take};
use toantrinh::initiative::workflow::store::CARRIED;
use toantrinh::platform::calendar::model::{Calendar, DayKind};

fn workflow(track: Track) -> Workflow {
    CARRIED.iter().map(|text| Workflow::read(text).unwrap()).find(|workflow| workflow.track == track).unwrap()
}

fn people(roles: &[Vec<Role>]) -> Vec<Actor> {
    let person = |(at, roles): (usize, &Vec<Role>)| Actor {
        id: UserId::generate(),
        login: format!("p{at}"),
        name: String::new(),
        roles: roles.clone(),
        organisation_id: Some(format!("o{}", at % 2)),
    };
    roles.iter().enumerate().map(person).collect()
}

/// A step that was taken: its word, the duty, who.
type Taken = (String, Duty, usize);

/// Walks at random: each pair of numbers chooses a step among those that somebody may take, and who takes it.
fn walk(workflow: &Workflow, people: &[Actor], choices: &[(usize, usize)], place: Place) -> (String, Vec<Taken>) {
    let mut state = workflow.initial.clone();
    let mut held = vec![hold(people, Duty::Proposer, 0)];
    let mut taken = Vec::new();
    for (step, person) in choices {
        let here = state.clone();
        let steps: Vec<_> = workflow.steps_from(&here, place).collect();
        let Some(step) = steps.get(step % steps.len().max(1)) else { break };
        let person = person % people.len();
        if may_take(workflow, step, &people[person], true, &held).is_ok() {
            held.push(hold(people, step.duty, person));
            taken.push((step.code.clone(), step.duty, person));
            state.clone_from(&step.to);
        }
    }
    (state, taken)
}

fn hold(people: &[Actor], duty: Duty, person: usize) -> Held {
    let of = &people[person];
    Held { duty, user_id: of.id.as_str().to_owned(), organisation_id: of.organisation_id.clone() }
}

fn roles() -> impl Strategy<Value = Vec<Vec<Role>>> {
    let role = prop::sample::select(Role::ALL.to_vec());
    // The first one proposes; everybody may have any roles together.
    prop::collection::vec(prop::collection::vec(role, 1..6), 2..7)
}

fn choices() -> impl Strategy<Value = Vec<(usize, usize)>> {
    prop::collection::vec((0..12usize, 0..7usize), 0..80)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3_000))]

    #[test]
    fn no_path_approves_without_submission_and_appraisal_by_three_people(
        roles in roles(), choices in choices(), central in any::<bool>(),
    ) {
        let workflow = workflow(Track::Simplification);
        let place = if central { Place::Central } else { Place::Local };
        let people = people(&roles);
        let (state, taken) = walk(&workflow, &people, &choices, place);
        let who = |duty: Duty| taken.iter().filter(|t| t.1 == duty).map(|t| t.2).collect::<HashSet<_>>();
        let mut proposers = who(Duty::Proposer);
        proposers.insert(0);
        prop_assert!(proposers.is_disjoint(&who(Duty::Appraiser)));
        prop_assert!(proposers.is_disjoint(&who(Duty::Approver)));
        prop_assert!(who(Duty::Appraiser).is_disjoint(&who(Duty::Approver)));
        prop_assert!(who(Duty::Implementer).is_disjoint(&who(Duty::Verifier)));
        if workflow.state(&state).unwrap().approved {
            for step in ["submit", "receive", "appraise", "approve"] {
                prop_assert!(taken.iter().any(|t| t.0 == step), "{state} was reached without {step}: {taken:?}");
            }
        }
    }

    #[test]
    fn whoever_proposes_an_innovation_neither_heads_votes_nor_assesses(roles in roles(), choices in choices()) {
        let workflow = workflow(Track::InnovationProposal);
        let people = people(&roles);
        let (state, taken) = walk(&workflow, &people, &choices, Place::Local);
        let by = |duty: Duty, person: usize| taken.iter().any(|t| t.1 == duty && t.2 == person);
        for person in 0..people.len() {
            if person == 0 || by(Duty::Proposer, person) {
                for duty in [Duty::Head, Duty::Voter, Duty::Council, Duty::Assessor] {
                    prop_assert!(!by(duty, person), "{person} proposes and is {duty:?}: {taken:?}");
                }
            }
        }
        if workflow.state(&state).unwrap().approved {
            for step in ["submit", "consult_party", "open_vote"] {
                prop_assert!(taken.iter().any(|t| t.0 == step), "{state} was reached without {step}");
            }
        }
    }

    #[test]
    fn every_deadline_falls_on_a_working_day(offset in 0i64..700, hour in 0i8..24, completed in 0i64..20) {
        let holidays: Vec<(Date, DayKind)> = vec![
            (date(2026, 9, 1), DayKind::Holiday), (date(2026, 9, 2), DayKind::Holiday),
            (date(2026, 8, 31), DayKind::Holiday), (date(2026, 11, 24), DayKind::Holiday),
            (date(2026, 8, 22), DayKind::ExtraWorking), (date(2027, 2, 8), DayKind::Holiday),
        ];
        let calendar = Calendar::new(&[2026, 2027].into(), &holidays, Vec::new());
        let entry = date(2026, 1, 1).saturating_add(jiff::Span::new().days(offset)).at(hour, 30, 0, 0);
        let completion = entry.saturating_sub(jiff::Span::new().days(completed));
        let starts = Starts { entry, submission: Some(entry), completion: Some(completion) };
        for text in CARRIED {
            for state in &Workflow::read(text).unwrap().states {
                if let Some(due) = due(state, starts, &calendar) {
                    prop_assert!(calendar.is_working(due.at.date()), "{} is due on {}", state.code, due.at);
                    prop_assert!(due.at >= completion);
                }
            }
        }
    }
}

#[test]
fn a_workflow_that_goes_around_the_law_is_not_read() {
    let simplification = CARRIED[0];
    let around = simplification
        .replace("from = [\"appraised\"]\nto = \"approved\"", "from = [\"submitted\"]\nto = \"approved\"");
    let together = simplification.replace("[\"appraiser\", \"approver\"], ", "");
    let nowhere = simplification.replace("to = \"published\"", "to = \"somewhere\"");
    for (text, problem) in [(around, "without the step `appraise`"), (together, "kept apart"), (nowhere, "somewhere")] {
        assert_ne!(text, simplification);
        let error = Workflow::read(&text).unwrap_err().to_string();
        assert!(error.contains(problem), "{error}");
    }
}
