//! Ways through a parsed expression.

use promql_parser::parser::{self, Expr, LabelModifier, VectorSelector};

/// The parts directly inside an expression, parameters included.
pub(super) fn parts(expr: &Expr) -> Vec<&Expr> {
    match expr {
        Expr::Aggregate(aggregate) => {
            aggregate.param.as_deref().into_iter().chain([&*aggregate.expr]).collect()
        }
        Expr::Unary(unary) => vec![&unary.expr],
        Expr::Binary(binary) => vec![&binary.lhs, &binary.rhs],
        Expr::Paren(paren) => vec![&paren.expr],
        Expr::Subquery(subquery) => vec![&subquery.expr],
        Expr::Call(call) => call.args.args.iter().map(|argument| &**argument).collect(),
        Expr::Extension(extension) => extension.expr.children().iter().collect(),
        Expr::NumberLiteral(_)
        | Expr::StringLiteral(_)
        | Expr::VectorSelector(_)
        | Expr::MatrixSelector(_) => Vec::new(),
    }
}

/// The selector that an expression is, with or without a range.
pub(super) fn selector(expr: &Expr) -> Option<&VectorSelector> {
    match expr {
        Expr::VectorSelector(selector) => Some(selector),
        Expr::MatrixSelector(matrix) => Some(&matrix.vs),
        _ => None,
    }
}

fn visit<'a>(expr: &'a Expr, see: &mut impl FnMut(&'a Expr)) {
    see(expr);
    for part in parts(expr) {
        visit(part, see);
    }
}

fn parse(expr: &str) -> Expr {
    parser::parse(expr).unwrap_or_else(|error| panic!("{expr}: {error}"))
}

/// Every selector inside an expression, as a query of its own: without range, offset and `@`.
pub(crate) fn selectors(expr: &str) -> Vec<String> {
    let (expr, mut found) = (parse(expr), Vec::new());
    visit(&expr, &mut |part| {
        if let Some(selector) = selector(part) {
            let bare = VectorSelector { offset: None, at: None, ..selector.clone() };
            found.push(Expr::VectorSelector(bare).to_string());
        }
    });
    found
}

/// The labels of every `on (…)` inside an expression.
pub(crate) fn matchings(expr: &str) -> Vec<Vec<String>> {
    let (expr, mut found) = (parse(expr), Vec::new());
    visit(&expr, &mut |part| {
        if let Expr::Binary(binary) = part
            && let Some(LabelModifier::Include(labels)) =
                binary.modifier.as_ref().and_then(|modifier| modifier.matching.as_ref())
        {
            found.push(labels.labels.clone());
        }
    });
    found
}

/// Every selector inside an expression, as it is written, with the function that it is given to
/// directly; or why the expression does not parse.
pub(crate) fn uses(expr: &str) -> Result<Vec<(String, Option<&'static str>)>, String> {
    let (expr, mut found) = (parser::parse(expr)?, Vec::new());
    visit(&expr, &mut |part| {
        let function = match part {
            Expr::Call(call) => Some(call.func.name),
            _ => None,
        };
        let inside = parts(part).into_iter().filter(|part| selector(part).is_some());
        found.extend(inside.map(|part| (part.to_string(), function)));
    });
    if selector(&expr).is_some() {
        found.push((expr.to_string(), None));
    }
    Ok(found)
}

/// A part of an expression that looks back over a length of time.
#[derive(Clone, Debug)]
pub(crate) struct Range {
    /// Length of the time, in seconds, rounded up.
    pub(crate) seconds: u64,
    /// Time from point to point of a subquery, in seconds; none in a plain range of a selector.
    pub(crate) step: Option<u64>,
    /// Selectors inside it, as they are written, without the range.
    pub(crate) selectors: Vec<String>,
}

/// Every range inside an expression, or why the expression does not parse.
pub(crate) fn ranges(expr: &str) -> Result<Vec<Range>, String> {
    let (expr, mut found) = (parser::parse(expr)?, Vec::new());
    let bare = |selector: &VectorSelector| {
        Expr::VectorSelector(VectorSelector { offset: None, at: None, ..selector.clone() })
            .to_string()
    };
    visit(&expr, &mut |part| match part {
        Expr::MatrixSelector(matrix) => found.push(Range {
            seconds: matrix.range.as_millis().div_ceil(1_000) as u64,
            step: None,
            selectors: vec![bare(&matrix.vs)],
        }),
        Expr::Subquery(subquery) => {
            let mut selectors = Vec::new();
            visit(&subquery.expr, &mut |part| selectors.extend(selector(part).map(bare)));
            found.push(Range {
                seconds: subquery.range.as_millis().div_ceil(1_000) as u64,
                step: subquery.step.map(|step| step.as_secs()),
                selectors,
            });
        }
        _ => {}
    });
    Ok(found)
}
