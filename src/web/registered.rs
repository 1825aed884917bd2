//! A router that knows what is registered in it, so that its addresses can be held against the table of who may use them.

use axum::Router;
use axum::handler::Handler;
use axum::routing::{self, MethodRouter};

use super::state::AppState;

/// The handlers of one address by method.
pub struct Handlers {
    methods: Vec<&'static str>,
    router: MethodRouter<AppState>,
}

/// An address with a handler for `GET`.
pub fn get<H: Handler<T, AppState>, T: 'static>(handler: H) -> Handlers {
    Handlers { methods: vec!["GET"], router: routing::get(handler) }
}

/// An address with a handler for `POST`.
pub fn post<H: Handler<T, AppState>, T: 'static>(handler: H) -> Handlers {
    Handlers { methods: vec!["POST"], router: routing::post(handler) }
}

/// An address with a handler for `PUT`.
pub fn put<H: Handler<T, AppState>, T: 'static>(handler: H) -> Handlers {
    Handlers { methods: vec!["PUT"], router: routing::put(handler) }
}

/// An address with a handler for `DELETE`.
pub fn delete<H: Handler<T, AppState>, T: 'static>(handler: H) -> Handlers {
    Handlers { methods: vec!["DELETE"], router: routing::delete(handler) }
}

impl Handlers {
    /// The same address with a handler for `GET`.
    #[must_use]
    pub fn get<H: Handler<T, AppState>, T: 'static>(self, handler: H) -> Self {
        self.and("GET", |router| router.get(handler))
    }

    /// The same address with a handler for `POST`.
    #[must_use]
    pub fn post<H: Handler<T, AppState>, T: 'static>(self, handler: H) -> Self {
        self.and("POST", |router| router.post(handler))
    }

    /// The same address with a handler for `PUT`.
    #[must_use]
    pub fn put<H: Handler<T, AppState>, T: 'static>(self, handler: H) -> Self {
        self.and("PUT", |router| router.put(handler))
    }

    /// The same address with a handler for `DELETE`.
    #[must_use]
    pub fn delete<H: Handler<T, AppState>, T: 'static>(self, handler: H) -> Self {
        self.and("DELETE", |router| router.delete(handler))
    }

    fn and(mut self, method: &'static str, add: impl FnOnce(MethodRouter<AppState>) -> MethodRouter<AppState>) -> Self {
        self.methods.push(method);
        Self { router: add(self.router), ..self }
    }
}

/// The router, and every method and path that was put into it.
#[derive(Default)]
pub struct Registered {
    router: Router<AppState>,
    routes: Vec<(&'static str, &'static str)>,
}

impl Registered {
    /// Nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// With one more address.
    #[must_use]
    pub fn route(mut self, path: &'static str, handlers: Handlers) -> Self {
        self.routes.extend(handlers.methods.into_iter().map(|method| (method, path)));
        Self { router: self.router.route(path, handlers.router), routes: self.routes }
    }

    /// Method and path of everything that was put in.
    #[must_use]
    pub fn routes(&self) -> &[(&'static str, &'static str)] {
        &self.routes
    }

    /// The router of axum.
    pub fn into_router(self) -> Router<AppState> {
        self.router
    }
}
