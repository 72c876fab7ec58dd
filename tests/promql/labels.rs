//! Labels of the result of an expression, and requests for labels that it does not have.

use std::{collections::BTreeSet, fmt};

use promql_parser::{
    label::MatchOp,
    parser::{
        AggregateExpr, BinModifier, BinaryExpr, Call, Expr, LabelModifier, VectorMatchCardinality,
        VectorSelector, token, value::ValueType,
    },
};

use super::{
    catalogue::Catalogue,
    walk::{parts, selector},
};

type Labels = BTreeSet<String>;

/// The labels of what `expr` gives; labels that it names but cannot find become `problems`.
pub(super) fn labels_of(expr: &Expr, catalogue: &Catalogue, problems: &mut Vec<String>) -> Labels {
    Reader { catalogue, problems }.read(expr)
}

struct Reader<'a> {
    catalogue: &'a Catalogue,
    problems: &'a mut Vec<String>,
}

impl Reader<'_> {
    fn read(&mut self, expr: &Expr) -> Labels {
        match expr {
            Expr::VectorSelector(selector) => self.selected(selector),
            Expr::MatrixSelector(matrix) => self.selected(&matrix.vs),
            Expr::Aggregate(aggregate) => self.aggregated(aggregate),
            Expr::Binary(binary) => self.joined(binary),
            Expr::Call(call) => self.call_labels(call),
            other => parts(other).into_iter().flat_map(|part| self.read(part)).collect(),
        }
    }

    fn selected(&mut self, selector: &VectorSelector) -> Labels {
        let Some(name) = &selector.name else {
            self.problems.push(format!("{selector} names no metric"));
            return self.catalogue.every_label();
        };
        let Some(series) = self.catalogue.get(name) else {
            self.problems.push(format!("there is no {name}"));
            return self.catalogue.every_label();
        };
        let mut labels = series.labels.clone();
        for matcher in &selector.matchers.matchers {
            self.must_be_in(&labels, &matcher.name, format_args!("{selector}"));
        }
        // One bucket is a counter like others.
        if selector.matchers.matchers.iter().any(|one| one.name == "le" && one.op == MatchOp::Equal)
        {
            labels.remove("le");
        }
        labels
    }

    fn aggregated(&mut self, aggregate: &AggregateExpr) -> Labels {
        let mut named = None;
        if let Some(param) = &aggregate.param {
            self.read(param);
            if let Expr::StringLiteral(literal) = &**param {
                named = Some(literal.val.clone());
            }
        }
        let inner = self.read(&aggregate.expr);
        let whole = matches!(aggregate.op.id(), token::T_TOPK | token::T_BOTTOMK);
        let mut kept = match &aggregate.modifier {
            _ if whole => inner.clone(),
            None => Labels::new(),
            Some(LabelModifier::Include(by)) => by.labels.iter().cloned().collect(),
            Some(LabelModifier::Exclude(without)) => {
                inner.iter().filter(|label| !without.labels.contains(label)).cloned().collect()
            }
        };
        for label in aggregate.modifier.iter().flat_map(|modifier| &modifier.labels().labels) {
            self.must_be_in(&inner, label, format_args!("{aggregate}"));
        }
        // `count_values` names the label that it makes.
        kept.extend(named);
        let counts = matches!(aggregate.op.id(), token::T_COUNT | token::T_GROUP);
        if inner.contains("le") && !kept.contains("le") && !counts && !inner.contains("alertname") {
            self.problems.push(format!("{aggregate} mixes the buckets of a histogram"));
        }
        kept
    }

    fn joined(&mut self, binary: &BinaryExpr) -> Labels {
        let (left, right) = (self.read(&binary.lhs), self.read(&binary.rhs));
        if binary.lhs.value_type() != ValueType::Vector {
            return right;
        }
        if binary.rhs.value_type() != ValueType::Vector {
            return left;
        }
        let modifier = binary.modifier.as_ref();
        let matching = modifier.and_then(|modifier| modifier.matching.as_ref());
        if let Some(LabelModifier::Include(on)) = matching {
            for label in &on.labels {
                self.must_be_in(&left, label, format_args!("the left side of {binary}"));
                self.must_be_in(&right, label, format_args!("the right side of {binary}"));
            }
        }
        if matching.is_none() && left != right && binary.op.id() != token::T_LOR {
            let (left, right): (Vec<_>, Vec<_>) =
                (left.difference(&right).collect(), right.difference(&left).collect());
            self.problems
                .push(format!("{binary} never matches: only one side has {left:?}, {right:?}"));
        }
        if binary.op.is_set_operator() {
            let both = binary.op.id() == token::T_LOR;
            return if both { left.union(&right).cloned().collect() } else { left };
        }
        self.matched(modifier, left, right, binary)
    }

    fn matched(
        &mut self,
        modifier: Option<&BinModifier>,
        left: Labels,
        right: Labels,
        what: &BinaryExpr,
    ) -> Labels {
        let (mut many, one, extra) = match modifier.map(|modifier| &modifier.card) {
            Some(VectorMatchCardinality::ManyToOne(extra)) => (left, right, extra),
            Some(VectorMatchCardinality::OneToMany(extra)) => (right, left, extra),
            _ => {
                return match modifier.and_then(|modifier| modifier.matching.as_ref()) {
                    None => left,
                    Some(LabelModifier::Include(on)) => on.labels.iter().cloned().collect(),
                    Some(LabelModifier::Exclude(ignoring)) => {
                        left.into_iter().filter(|label| !ignoring.labels.contains(label)).collect()
                    }
                };
            }
        };
        for label in &extra.labels {
            self.must_be_in(&one, label, format_args!("the one side of {what}"));
            many.insert(label.clone());
        }
        many
    }

    fn call_labels(&mut self, call: &Call) -> Labels {
        let mut inner = Labels::new();
        for argument in &call.args.args {
            let labels = self.read(argument);
            if matches!(argument.value_type(), ValueType::Vector | ValueType::Matrix) {
                inner = labels;
            }
        }
        let text = |at: usize| match call.args.args.get(at).map(|argument| &**argument) {
            Some(Expr::StringLiteral(literal)) => Some(literal.val.clone()),
            _ => None,
        };
        match call.func.name {
            "histogram_quantile" => {
                self.must_be_in(&inner, "le", format_args!("{call}"));
                inner.remove("le");
            }
            "label_replace" => {
                // Without a source the new label is a constant.
                if let Some(source) = text(3).filter(|source| !source.is_empty()) {
                    self.must_be_in(&inner, &source, format_args!("{call}"));
                }
                inner.extend(text(1));
            }
            "label_join" => inner.extend(text(1)),
            "absent" | "absent_over_time" => {
                inner = call.args.args.iter().flat_map(|arg| fixed(arg)).collect();
            }
            "scalar" | "vector" => inner.clear(),
            _ => {}
        }
        inner
    }

    fn must_be_in(&mut self, labels: &Labels, label: &str, what: fmt::Arguments<'_>) {
        if !labels.contains(label) {
            self.problems.push(format!("there is no label {label} in {what}"));
        }
    }
}

/// The labels that a selector fixes to one value.
fn fixed(expr: &Expr) -> Labels {
    let matchers = selector(expr).map(|selector| &selector.matchers.matchers).into_iter().flatten();
    matchers.filter(|one| one.op == MatchOp::Equal).map(|one| one.name.clone()).collect()
}
