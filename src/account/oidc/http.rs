//! Requests to the provider: through the program's own client, which checks every address.

use std::pin::Pin;

use bytes::Bytes;
use openidconnect::{AsyncHttpClient, HttpRequest, HttpResponse};
use url::Url;

use crate::platform::http::{Client, Failed, Limits, Phases, Request, Why};

/// Our own client, as the library wants it.
#[derive(Debug)]
pub(super) struct Http(pub(super) Client);

impl<'c> AsyncHttpClient<'c> for Http {
    type Error = Failed;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, Failed>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(async move {
            let (parts, body) = request.into_parts();
            let bad = |message: String| Failed { why: Why::BadUrl, message, phases: Phases::default() };
            let url = Url::parse(&parts.uri.to_string()).map_err(|error| bad(error.to_string()))?;
            // A redirect could lead the code and the secret elsewhere.
            let limits = Limits { max_redirects: 0, ..Limits::default() };
            let sent = Request { method: parts.method, url, headers: parts.headers, body: Bytes::from(body), limits };
            let answer = self.0.send(sent).await?;
            let mut response = HttpResponse::new(answer.body.to_vec());
            *response.status_mut() = answer.status;
            *response.headers_mut() = answer.headers;
            Ok(response)
        })
    }
}
