//! Paths to operations, for the REST protocols.
//!
//! One [`Matcher`] a service: a trie of path segments, built once. At each segment a literal beats
//! a label and a label beats a greedy one (Smithy, *HTTP bindings: specificity routing*); among
//! the operations of one path, the one wins whose demands on query and headers are met and the most.

#[cfg(test)]
mod tests;

use std::cmp::Reverse;

use http::{HeaderMap, Method};
use percent_encoding::percent_decode_str;
use stockade_spec::catalog::{CatalogOperation, Segment};
use stockade_wire::Query;

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
    method: &'static str,
    constants: Vec<(&'static str, Option<&'static str>)>,
    headers: &'static [&'static str],
    /// The names of the path's labels, in order.
    labels: Vec<&'static str>,
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
            // The most demanding first: the first whose demands are met is the answer.
            node.routes.sort_by_key(|route| {
                let demands = (route.constants.len(), route.headers.len());
                (Reverse(demands), operations[route.operation].deprecated)
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
            method: operation.method,
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

    /// Finds the operation of a request. `path` is as sent, percent-escapes untouched.
    pub(crate) fn find(
        &self,
        method: &Method,
        path: &str,
        query: &Query,
        headers: &HeaderMap,
    ) -> Found {
        let path = path.strip_prefix('/').unwrap_or(path);
        let mut search = Search {
            matcher: self,
            method,
            query,
            headers,
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
    method: &'a Method,
    query: &'a Query,
    headers: &'a HeaderMap,
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
        node.routes.iter().find(|route| {
            route.method == self.method.as_str()
                && route.constants.iter().all(|(name, value)| match value {
                    Some(value) => self.query.get(name) == Some(value),
                    None => self.query.has(name),
                })
                && route
                    .headers
                    .iter()
                    .all(|name| self.headers.contains_key(*name))
        })
    }
}
