//! Who may do what: people, roles, organisations.

use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;

use serde::Serialize;
use uuid::Uuid;

/// Longest login, characters.
const MAX_LOGIN: usize = 64;

/// Identifies a user (UUIDv7).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct UserId(String);

impl UserId {
    /// A new one.
    #[must_use]
    pub fn generate() -> Self {
        Self(Uuid::now_v7().to_string())
    }

    /// One that was stored.
    pub(super) fn stored(id: String) -> Self {
        Self(id)
    }

    /// As it is stored.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What a person signs in with: lower case, `a-z 0-9 . _ - @`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Login(String);

impl Login {
    /// Reads what was typed; `None` when no user can have it.
    #[must_use]
    pub fn read(typed: &str) -> Option<Self> {
        let login = typed.trim().to_lowercase();
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '_' | '-' | '@');
        ((1..=MAX_LOGIN).contains(&login.len()) && login.chars().all(plain)).then_some(Self(login))
    }

    /// As it is stored.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a person is there for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Proposes and keeps data right in an agency.
    Officer,
    /// Decides for an agency.
    AgencyHead,
    /// Appraises proposals in the procedure-control unit.
    Appraiser,
    /// Decides on proposals: the Chairman, or who decides for them.
    Approver,
    /// Keeps the catalog right.
    CatalogEditor,
    /// Keeps sources of figures and service levels.
    MetricOwner,
    /// Reads the record of who did what.
    Auditor,
    /// Runs the installation.
    Admin,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 8] = [
        Self::Officer,
        Self::AgencyHead,
        Self::Appraiser,
        Self::Approver,
        Self::CatalogEditor,
        Self::MetricOwner,
        Self::Auditor,
        Self::Admin,
    ];

    /// The word it is stored as.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Officer => "officer",
            Self::AgencyHead => "agency_head",
            Self::Appraiser => "appraiser",
            Self::Approver => "approver",
            Self::CatalogEditor => "catalog_editor",
            Self::MetricOwner => "metric_owner",
            Self::Auditor => "auditor",
            Self::Admin => "admin",
        }
    }

    /// Its name for readers.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Officer => "Cán bộ cơ quan",
            Self::AgencyHead => "Người đứng đầu cơ quan",
            Self::Appraiser => "Cán bộ thẩm định",
            Self::Approver => "Người phê duyệt",
            Self::CatalogEditor => "Biên tập danh mục",
            Self::MetricOwner => "Phụ trách số liệu",
            Self::Auditor => "Người kiểm tra nhật ký",
            Self::Admin => "Quản trị hệ thống",
        }
    }
}

/// A word that names no role.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is no role: use officer, agency_head, appraiser, approver, catalog_editor, metric_owner, auditor or admin"
)]
pub struct UnknownRole(String);

impl FromStr for Role {
    type Err = UnknownRole;

    fn from_str(word: &str) -> Result<Self, UnknownRole> {
        Self::ALL.into_iter().find(|role| role.as_str() == word).ok_or_else(|| UnknownRole(word.to_owned()))
    }
}

/// A person, or a program with a person's token, who does something now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Actor {
    /// Identifier.
    pub id: UserId,
    /// What they sign in with.
    pub login: String,
    /// Their name.
    pub name: String,
    /// What they are there for.
    pub roles: Vec<Role>,
    /// Where they work; `None` for people of the whole installation.
    pub organisation_id: Option<String>,
}

impl Actor {
    /// Do they have one of these roles?
    #[must_use]
    pub fn has_any(&self, roles: &[Role]) -> bool {
        self.roles.iter().any(|role| roles.contains(role))
    }

    /// Do they run the installation?
    #[must_use]
    pub fn is_admin(&self) -> bool {
        self.has_any(&[Role::Admin])
    }

    /// May they act for an organisation? Administrators may everywhere.
    #[must_use]
    pub fn acts_for(&self, organisation_id: &str, tree: &Tree) -> bool {
        self.is_admin() || covers(self.organisation_id.as_deref(), organisation_id, tree)
    }
}

/// Who may use an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Everybody.
    Public,
    /// Everybody who signed in.
    SignedIn,
    /// Everybody who signed in, and everybody at all where a demonstration is shown.
    Leadership,
    /// Who has one of these roles; being an administrator alone is not enough.
    Roles(&'static [Role]),
    /// Programs with the token of a source of figures, which is looked up where the request comes in; no person.
    Source,
}

/// What follows from an [`Access`] for somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Go on.
    Allowed,
    /// Say who you are.
    NeedsSignIn,
    /// Known, and not allowed.
    Forbidden,
}

/// May `actor` use what `access` guards?
#[must_use]
pub fn allows(access: Access, actor: Option<&Actor>) -> Decision {
    match (access, actor) {
        (Access::Public, _) | (Access::SignedIn | Access::Leadership, Some(_)) => Decision::Allowed,
        (Access::Source, _) | (_, None) => Decision::NeedsSignIn,
        (Access::Roles(roles), Some(actor)) if actor.has_any(roles) => Decision::Allowed,
        (Access::Roles(_), Some(_)) => Decision::Forbidden,
    }
}

/// Which organisation stands above which.
#[derive(Debug, Clone, Default)]
pub struct Tree(HashMap<String, String>);

impl Tree {
    /// Made of pairs of an organisation and the one above it.
    pub fn new(pairs: impl IntoIterator<Item = (String, Option<String>)>) -> Self {
        Self(pairs.into_iter().filter_map(|(id, parent)| Some((id, parent?))).collect())
    }

    /// The one right above an organisation.
    #[must_use]
    pub fn above(&self, id: &str) -> Option<&str> {
        self.0.get(id).map(String::as_str)
    }
}

/// Does somebody of `actor_org` act for `subject_org`: their own or one below it? Without an organisation: for all.
#[must_use]
pub fn covers(actor_org: Option<&str>, subject_org: &str, tree: &Tree) -> bool {
    let Some(own) = actor_org else { return true };
    let mut at = subject_org;
    // A tree that was made into a ring by hand must not hold the walk for ever.
    for _ in 0..=tree.0.len() {
        if at == own {
            return true;
        }
        match tree.0.get(at) {
            Some(parent) => at = parent,
            None => return false,
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree() -> Tree {
        let pairs =
            [("province", None), ("health", Some("province")), ("clinic", Some("health")), ("ring", Some("ring"))];
        Tree::new(pairs.map(|(id, parent)| (id.to_owned(), parent.map(str::to_owned))))
    }

    #[test]
    fn somebody_acts_for_their_own_organisation_and_those_below_it() {
        assert!(covers(Some("health"), "health", &tree()));
        assert!(covers(Some("province"), "clinic", &tree()));
        assert!(!covers(Some("clinic"), "health", &tree()));
        assert!(!covers(Some("health"), "unknown", &tree()));
        assert!(!covers(Some("health"), "ring", &tree()));
        assert!(covers(None, "clinic", &tree()));
    }

    #[test]
    fn an_administrator_acts_everywhere_and_an_officer_does_not() {
        let mut actor = Actor {
            id: UserId::generate(),
            login: "a".to_owned(),
            name: "A".to_owned(),
            roles: vec![Role::Officer],
            organisation_id: Some("clinic".to_owned()),
        };
        assert!(!actor.acts_for("province", &tree()));
        actor.roles.push(Role::Admin);
        assert!(actor.acts_for("province", &tree()));
    }

    #[test]
    fn a_login_is_lower_case_and_plain() {
        assert_eq!(Login::read(" Nguyen.An@So-YTe ").unwrap().as_str(), "nguyen.an@so-yte");
        for wrong in ["", "  ", "hai từ", "a\0", "ạ", &"a".repeat(65)] {
            assert_eq!(Login::read(wrong), None, "{wrong:?}");
        }
    }

    #[test]
    fn a_role_is_read_from_its_word() {
        for role in Role::ALL {
            assert_eq!(role.as_str().parse(), Ok(role));
        }
        assert!("boss".parse::<Role>().unwrap_err().to_string().contains("agency_head"));
    }
}
