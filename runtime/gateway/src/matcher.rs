//! Paths to operations, for the REST protocols.
//!
//! One [`Matcher`] a service: a trie of path segments, built once. At each segment a literal beats
//! a label and a label beats a greedy one (Smithy, *HTTP bindings: specificity routing*); among
//! the operations of one path, the one wins whose demands on query, headers and signing name are met and
//! the most; a slash at the end counts only where nothing else tells two operations apart.

#[cfg(test)]
mod tests;

use std::cmp::Reverse;

use http::{HeaderMap, Method};
use percent_encoding::percent_decode_str;
use stockade_spec::catalog::{CatalogOperation, Segment};
use stockade_wire::{Query, headers};

/// The query constant that SDKs send beside the path for their own sake; it selects nothing.
const IGNORED_CONSTANT: &str = "x-id";

/// The operations of one service by method, path and query.
#[derive(Debug, Default)]
pub(crate) struct Matcher {
    nodes: Vec<Node>,
}

#[derive(Debug, Default)]
struct Node {
    literals: Vec<(&'static str, usize)>,
    label: Option<usize>,
    greedy: Option<usize>,
    routes: Vec<Route>,
}

#[derive(Debug)]
struct Route {
    operation: usize,
    of: &'static CatalogOperation,
    constants: Vec<(&'static str, Option<&'static str>)>,
    headers: &'static [&'static str],
    /// The names of the path's labels, in order.
    labels: Vec<&'static str>,
}

/// What of a request leads to its operation.
#[derive(Debug)]
pub(crate) struct Request<'a> {
    pub(crate) method: &'a Method,
    /// As sent, percent-escapes untouched.
    pub(crate) path: &'a str,
    pub(crate) query: &'a Query,
    /// The body's parameters, where it is a form.
    pub(crate) form: Option<&'a Query>,
    pub(crate) headers: &'a HeaderMap,
    /// The service in the credential scope.
    pub(crate) signing_name: Option<&'a str>,
}

/// Label names with their decoded values.
pub(crate) type Labels = Vec<(&'static str, String)>;

/// What a request's path leads to.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// An operation, and the path's labels.
    Operation(usize, Labels),
    /// The path is known, under other methods or queries.
    OtherMethod,
    /// The path is of no operation.
    Nothing,
    /// A label is not UTF-8 once decoded.
    NotUtf8,
}

impl Matcher {
    /// Builds the trie; operations are found by their index.
    pub(crate) fn new(operations: &'static [CatalogOperation]) -> Self {
        let mut matcher = Self {
            nodes: vec![Node::default()],
        };
        for (index, operation) in operations.iter().enumerate() {
            matcher.add(index, operation);
        }
        for node in &mut matcher.nodes {
            node.literals.sort_unstable();
            let methods: Vec<_> = node.routes.iter().map(|route| route.of.method).collect();
            for route in &mut node.routes {
                // What nothing else is told from needs no headers to be found; that they are missing
                // is then told by whoever reads them.
                if methods.iter().filter(|m| **m == route.of.method).count() == 1 {
                    route.headers = &[];
                }
            }
            // The most demanding first: the first whose demands are met is the answer.
            node.routes.sort_by_key(|route| {
                let (constants, headers) = (route.constants.len(), route.headers.len());
                let signing_name = route.of.signing_name.is_some();
                let twin = route.of.served_as.is_some();
                (Reverse((constants, headers, signing_name)), twin)
            });
        }
        matcher
    }

    fn add(&mut self, index: usize, operation: &'static CatalogOperation) {
        let mut at = 0;
        let mut labels = Vec::new();
        for segment in &operation.path {
            let node = &self.nodes[at];
            let next = match segment {
                Segment::Literal(text) => node
                    .literals
                    .iter()
                    .find(|(other, _)| other == text)
                    .map(|(_, next)| *next),
                Segment::Label(_) => node.label,
                Segment::Greedy(_) => node.greedy,
            };
            let next = next.unwrap_or_else(|| self.grow());
            let node = &mut self.nodes[at];
            match *segment {
                Segment::Literal(text) => {
                    if !node.literals.iter().any(|(other, _)| *other == text) {
                        node.literals.push((text, next));
                    }
                }
                Segment::Label(name) => {
                    labels.push(name);
                    node.label = Some(next);
                }
                Segment::Greedy(name) => {
                    labels.push(name);
                    node.greedy = Some(next);
                }
            }
            at = next;
        }
        self.nodes[at].routes.push(Route {
            operation: index,
            of: operation,
            constants: operation
                .query
                .iter()
                .filter(|(name, _)| *name != IGNORED_CONSTANT)
                .copied()
                .collect(),
            headers: &operation.headers,
            labels,
        });
    }

    fn grow(&mut self) -> usize {
        self.nodes.push(Node::default());
        self.nodes.len() - 1
    }

    /// Finds the operation of a request.
    pub(crate) fn find(&self, request: &Request<'_>) -> Found {
        let path = request.path.strip_prefix('/').unwrap_or(request.path);
        let mut search = Search {
            matcher: self,
            request,
            taken: Vec::new(),
            known: false,
        };
        match search.walk(0, Some(path)) {
            Some(route) => {
                let mut labels = Vec::with_capacity(route.labels.len());
                for (name, raw) in route.labels.iter().zip(search.taken) {
                    let Ok(value) = percent_decode_str(raw).decode_utf8() else {
                        return Found::NotUtf8;
                    };
                    labels.push((*name, value.into_owned()));
                }
                Found::Operation(route.operation, labels)
            }
            None if search.known => Found::OtherMethod,
            None => Found::Nothing,
        }
    }
}

struct Search<'a, 'p> {
    matcher: &'a Matcher,
    request: &'a Request<'p>,
    /// The parts of the path that labels took.
    taken: Vec<&'p str>,
    /// Some path matched whose method or query did not.
    known: bool,
}

impl<'a, 'p> Search<'a, 'p> {
    /// Walks on from a node with the rest of the path; `None` when it is used up.
    fn walk(&mut self, at: usize, rest: Option<&'p str>) -> Option<&'a Route> {
        let node = &self.matcher.nodes[at];
        let Some(rest) = rest.filter(|rest| !rest.is_empty()) else {
            return self.end(node);
        };
        let (segment, after) = match rest.split_once('/') {
            Some((segment, after)) => (segment, Some(after)),
            None => (rest, None),
        };
        if let Ok(place) = node
            .literals
            .binary_search_by_key(&segment, |(text, _)| text)
            && let Some(route) = self.walk(node.literals[place].1, after)
        {
            return Some(route);
        }
        if let Some(next) = node.label
            && !segment.is_empty()
        {
            self.taken.push(segment);
            if let Some(route) = self.walk(next, after) {
                return Some(route);
            }
            self.taken.pop();
        }
        let next = node.greedy?;
        let goes_on = &self.matcher.nodes[next];
        // A pattern that goes on behind the greedy label is the more specific one.
        if !goes_on.literals.is_empty() || goes_on.label.is_some() {
            let mut end = rest.len();
            while let Some(shorter) = rest[..end].rfind('/').filter(|end| *end > 0) {
                end = shorter;
                self.taken.push(&rest[..end]);
                if let Some(route) = self.walk(next, Some(&rest[end + 1..])) {
                    return Some(route);
                }
                self.taken.pop();
            }
        }
        self.taken.push(rest);
        let route = self.walk(next, None);
        if route.is_none() {
            self.taken.pop();
        }
        route
    }

    fn end(&mut self, node: &'a Node) -> Option<&'a Route> {
        self.known |= !node.routes.is_empty();
        let mut met = node.routes.iter().filter(|route| self.meets(route));
        let first = met.next()?;
        let slash = self.request.path.len() > 1 && self.request.path.ends_with('/');
        if first.of.trailing_slash == slash {
            return Some(first);
        }
        let alike = |route: &&Route| {
            route.constants.len() == first.constants.len()
                && route.headers.len() == first.headers.len()
                && route.of.trailing_slash == slash
        };
        Some(met.find(alike).unwrap_or(first))
    }

    fn meets(&self, route: &Route) -> bool {
        let request = self.request;
        let method = request.method.as_str();
        if !route.of.has_method(method) {
            return false;
        }
        // With a second method, what the first has in its query is in the body.
        let second = route.of.also == Some(method);
        let query = request.form.filter(|_| second).unwrap_or(request.query);
        route.constants.iter().all(|(name, value)| match value {
            Some(value) => query.get(name) == Some(value),
            None => query.has(name),
        }) && route
            .headers
            .iter()
            .all(|name| headers::has(request.headers, name))
            && (route.of.signing_name.is_none() || route.of.signing_name == request.signing_name)
    }
}
