//! Protection walls are told apart from the service, and the service from protection walls.

use toantrinh::monitor::model::FailureKind;

use super::outcome;
use crate::support::wire::{Reply, answer};

const HTML: &str = "content-type: text/html; charset=utf-8\r\n";
const OK: &str = r#"json $.code == "OK""#;

fn page(status: &str, body: &str) -> Reply {
    answer(status, HTML, body)
}

const REJECTED: &str = "<html><head><title>Request Rejected</title></head><body>The requested URL was rejected. Please \
                        consult with your administrator.<br><br>Your support ID is: 1234567890</body></html>";

#[tokio::test]
async fn a_wall_is_recognised_behind_status_200_and_403() {
    for (reply, conditions) in [
        (page("200 OK", REJECTED), &[OK][..]),
        (page("200 OK", REJECTED), &[]),
        (page("403 Forbidden", REJECTED), &[]),
        (page("403 Forbidden", REJECTED), &["status == 200"]),
        (answer("200 OK", "content-type: application/json\r\n", REJECTED), &[OK]),
        (page("200 OK", "<!DOCTYPE html><title>Request  Rejected</title>Support ID: 5"), &[OK]),
        (page("403 Forbidden", "<html><title>Just a moment...</title><script src=/cdn-cgi/challenge-platform/x>"), &[]),
        (page("200 OK", "<html>Please complete the captcha to go on</html>"), &[OK]),
        (page("503 Service Unavailable", "<html>Checking your browser before accessing</html>"), &[]),
        (answer("403 Forbidden", "cf-mitigated: challenge\r\n", ""), &[]),
    ] {
        let found = outcome(reply.clone(), conditions).await;
        assert_eq!(found.failure, Some(FailureKind::WafChallenge), "{reply:?}: {}", found.message);
        assert!(!FailureKind::WafChallenge.counts());
    }
}

#[tokio::test]
async fn what_the_service_says_itself_is_no_wall() {
    for (reply, conditions, kind) in [
        // A good answer may speak of captchas.
        (page("200 OK", "<html>Sign in: complete the captcha below</html>"), &[][..], None),
        (page("403 Forbidden", "<html>You may not see this dossier</html>"), &[], Some(FailureKind::Http4xx)),
        (page("500 Internal Server Error", REJECTED), &[], Some(FailureKind::Http5xx)),
        (
            answer("403 Forbidden", "content-type: application/json\r\n", r#"{"message":"Request Rejected"}"#),
            &[],
            Some(FailureKind::Http4xx),
        ),
        (page("200 OK", "<html>Hệ thống đang bảo trì</html>"), &[OK], Some(FailureKind::ContentMismatch)),
        (page("429 Too Many Requests", "<html>Slow down</html>"), &[], Some(FailureKind::Http4xx)),
    ] {
        let found = outcome(reply.clone(), conditions).await;
        assert_eq!(found.failure, kind, "{reply:?}: {}", found.message);
    }
}
