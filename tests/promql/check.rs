//! Everything that is wrong with an expression.

use promql_parser::parser::{self, Call, Expr, token};

use super::{
    catalogue::{Catalogue, Kind},
    labels::labels_of,
    walk::{parts, selector},
};

/// Functions of a range that want a counter.
const OF_COUNTERS: [&str; 4] = ["increase", "irate", "rate", "resets"];

/// Functions for which it is enough that something is there.
const OF_ANYTHING: [&str; 6] =
    ["absent", "absent_over_time", "changes", "count_over_time", "present_over_time", "timestamp"];

/// Use of the values of a part of an expression.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Use {
    /// They are used as they are.
    Value,
    /// Only their growth is used.
    Growth,
    /// Only whether they are there.
    Existence,
}

/// Problems of an expression; none, if it parses with types and fits the catalogue.
pub(crate) fn problems(expr: &str, catalogue: &Catalogue) -> Vec<String> {
    let expr = match parser::parse(expr) {
        Ok(expr) => expr,
        Err(error) => return vec![format!("it does not parse: {error}")],
    };
    let mut problems = Vec::new();
    labels_of(&expr, catalogue, &mut problems);
    Checker { catalogue }.check(&expr, Use::Value, &mut problems);
    problems
}

struct Checker<'a> {
    catalogue: &'a Catalogue,
}

impl Checker<'_> {
    fn check(&self, expr: &Expr, used: Use, problems: &mut Vec<String>) {
        if let Some(selector) = selector(expr) {
            problems.extend(self.catalogue.values.problems(selector));
            let name = selector.name.as_deref().unwrap_or_default();
            match (self.catalogue.get(name).map(|series| series.kind), used) {
                (Some(Kind::Counter), Use::Value) => {
                    problems
                        .push(format!("the counter {name} means nothing without rate or increase"));
                }
                (Some(Kind::Gauge), Use::Growth) => problems.push(format!("{name} is no counter")),
                _ => {}
            }
        }
        if let Expr::Call(call) = expr {
            if call.func.experimental {
                problems.push(format!("{} is experimental", call.func.name));
            }
            if used_by(call) == Use::Growth
                && call.args.args.iter().any(|arg| selector(arg).is_none())
            {
                problems.push(format!("{call} is of something that was calculated"));
            }
        }
        for (at, part) in parts(expr).into_iter().enumerate() {
            self.check(part, use_of(expr, at, used), problems);
        }
    }
}

/// Use of a part of `expr`, whose own values are `used` so.
fn use_of(expr: &Expr, at: usize, used: Use) -> Use {
    match expr {
        Expr::Call(call) => used_by(call),
        Expr::Aggregate(aggregate)
            if matches!(aggregate.op.id(), token::T_COUNT | token::T_GROUP) =>
        {
            Use::Existence
        }
        Expr::Binary(binary)
            if matches!(binary.op.id(), token::T_LAND | token::T_LUNLESS) && at == 1 =>
        {
            Use::Existence
        }
        Expr::Paren(_) | Expr::Subquery(_) => used,
        _ => Use::Value,
    }
}

fn used_by(call: &Call) -> Use {
    match call.func.name {
        name if OF_COUNTERS.contains(&name) => Use::Growth,
        name if OF_ANYTHING.contains(&name) => Use::Existence,
        _ => Use::Value,
    }
}
