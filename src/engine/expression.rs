//! The `when` of a rule: and / or / not, "n of (…)", comparisons on facts. Read once, evaluated
//! on every candidate post without allocating.

use std::ops::Range;

use super::diagnostic::nearest;
use super::fact_numbers::{self, Typed};

/// A condition; `R` is a rule's name as written, or its number once resolved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Expression<R> {
    Rule(R),
    /// Any rule of the family fired.
    Family(R),
    All(Vec<Self>),
    Any(Vec<Self>),
    Not(Box<Self>),
    AtLeast(usize, Vec<Self>),
    Compare(FactNumber, Comparison, u64),
    In(FactSet, Vec<String>),
}

/// A number read out of a post.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FactNumber {
    PayIdrMonth,
    PayCount,
    FeeIdr,
    FeeCount,
    AdvanceCount,
    DebtCount,
    PhonesCount,
    PhonesForeign,
    PhonesDisguised,
    HandlesCount,
    LinksCount,
    ContactCount,
    OfficialCount,
    DestinationCount,
    DisguiseCount,
    Words,
    Typed(Typed),
}

/// A set read out of a post.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FactSet {
    Destination,
    DestinationGroup,
    /// The source the post came from.
    Source,
}

/// How a fact compares with a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    AtLeast,
    AtMost,
    More,
    Less,
    Equal,
    Unequal,
}

const NUMBERS: &[(&str, FactNumber)] = &[
    ("pay.idr_month", FactNumber::PayIdrMonth),
    ("pay.count", FactNumber::PayCount),
    ("fee.idr", FactNumber::FeeIdr),
    ("fee.count", FactNumber::FeeCount),
    ("advance.count", FactNumber::AdvanceCount),
    ("debt.count", FactNumber::DebtCount),
    ("phones.count", FactNumber::PhonesCount),
    ("phones.foreign", FactNumber::PhonesForeign),
    ("phones.disguised", FactNumber::PhonesDisguised),
    ("handles.count", FactNumber::HandlesCount),
    ("links.count", FactNumber::LinksCount),
    ("contact.count", FactNumber::ContactCount),
    ("official.count", FactNumber::OfficialCount),
    ("destination.count", FactNumber::DestinationCount),
    ("disguise.count", FactNumber::DisguiseCount),
    ("words", FactNumber::Words),
];

pub(super) const SETS: &[(&str, FactSet)] = &[
    ("destination", FactSet::Destination),
    ("destination.group", FactSet::DestinationGroup),
    ("source", FactSet::Source),
];

/// All numbers by name.
pub(super) fn numbers() -> impl Iterator<Item = (&'static str, FactNumber)> + Clone {
    let typed = fact_numbers::NAMES.iter().map(|(name, fact)| (*name, FactNumber::Typed(*fact)));
    NUMBERS.iter().copied().chain(typed)
}

fn number_named(name: &str) -> Option<FactNumber> {
    numbers().find(|(known, _)| *known == name).map(|(_, fact)| fact)
}

/// What is wrong with an expression, and where in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ExpressionError {
    pub(super) span: Range<usize>,
    pub(super) message: String,
    pub(super) help: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token<'a> {
    Name(&'a str),
    Number(u64),
    Text(&'a str),
    Sign(&'a str),
}

impl Comparison {
    pub(super) fn holds(self, left: u64, right: u64) -> bool {
        match self {
            Self::AtLeast => left >= right,
            Self::AtMost => left <= right,
            Self::More => left > right,
            Self::Less => left < right,
            Self::Equal => left == right,
            Self::Unequal => left != right,
        }
    }
}

impl<R> Expression<R> {
    /// The same condition with every name resolved.
    pub(super) fn resolve<S, E>(
        self,
        rule: &mut impl FnMut(R) -> Result<S, E>,
        family: &mut impl FnMut(R) -> Result<S, E>,
    ) -> Result<Expression<S>, E> {
        let mut list = |parts: Vec<Self>| -> Result<Vec<Expression<S>>, E> {
            parts.into_iter().map(|part| part.resolve(rule, family)).collect()
        };
        Ok(match self {
            Self::All(parts) => Expression::All(list(parts)?),
            Self::Any(parts) => Expression::Any(list(parts)?),
            Self::AtLeast(count, parts) => Expression::AtLeast(count, list(parts)?),
            Self::Rule(name) => Expression::Rule(rule(name)?),
            Self::Family(name) => Expression::Family(family(name)?),
            Self::Not(part) => Expression::Not(Box::new(part.resolve(rule, family)?)),
            Self::Compare(fact, comparison, value) => Expression::Compare(fact, comparison, value),
            Self::In(set, values) => Expression::In(set, values),
        })
    }

    /// Calls `visit` for every value a set is compared with.
    pub(super) fn values(&self, visit: &mut impl FnMut(FactSet, &str)) {
        match self {
            Self::All(parts) | Self::Any(parts) | Self::AtLeast(_, parts) => {
                parts.iter().for_each(|part| part.values(visit));
            }
            Self::Not(part) => part.values(visit),
            Self::In(set, values) => values.iter().for_each(|value| visit(*set, value)),
            Self::Rule(_) | Self::Family(_) | Self::Compare(..) => {}
        }
    }

    /// Calls `visit` for every rule and family named.
    pub(super) fn names(&self, visit: &mut impl FnMut(&R, bool)) {
        match self {
            Self::Rule(name) => visit(name, false),
            Self::Family(name) => visit(name, true),
            Self::All(parts) | Self::Any(parts) | Self::AtLeast(_, parts) => {
                parts.iter().for_each(|part| part.names(visit));
            }
            Self::Not(part) => part.names(visit),
            Self::Compare(..) | Self::In(..) => {}
        }
    }
}

/// Reads an expression.
pub(super) fn parse(text: &str) -> Result<Expression<String>, ExpressionError> {
    let tokens = tokens(text)?;
    let mut parser = Parser { tokens: &tokens, at: 0, end: text.len() };
    let expression = parser.any()?;
    match parser.tokens.get(parser.at) {
        None => Ok(expression),
        Some((_, span)) => Err(ExpressionError {
            span: span.clone(),
            message: "di sini seharusnya `and`, `or`, atau akhir syarat".into(),
            help: Some("angka ditulis utuh, misalnya 15_000_000; nama aturan tanpa spasi".into()),
        }),
    }
}

fn tokens(text: &str) -> Result<Vec<(Token<'_>, Range<usize>)>, ExpressionError> {
    let mut tokens = Vec::new();
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let start = at;
        let token = match bytes[at] {
            byte if byte.is_ascii_whitespace() => {
                at += 1;
                continue;
            }
            b'0'..=b'9' => {
                while at < bytes.len() && (bytes[at].is_ascii_digit() || bytes[at] == b'_') {
                    at += 1;
                }
                let digits = text[start..at].replace('_', "");
                Token::Number(digits.parse().map_err(|_| ExpressionError {
                    span: start..at,
                    message: "angka ini terlalu besar".into(),
                    help: None,
                })?)
            }
            b'a'..=b'z' => {
                while at < bytes.len()
                    && (bytes[at].is_ascii_lowercase()
                        || bytes[at].is_ascii_digit()
                        || matches!(bytes[at], b'-' | b'_' | b'.' | b':'))
                {
                    at += 1;
                }
                Token::Name(&text[start..at])
            }
            b'"' | b'\'' => {
                let quote = bytes[at];
                let len =
                    bytes[at + 1..].iter().position(|byte| *byte == quote).ok_or_else(|| {
                        ExpressionError {
                            span: start..text.len(),
                            message: "tanda kutip tidak ditutup".into(),
                            help: None,
                        }
                    })?;
                at += len + 2;
                Token::Text(&text[start + 1..at - 1])
            }
            _ => {
                let two = text.get(at..at + 2).filter(|two| [">=", "<=", "==", "!="].contains(two));
                let sign =
                    two.or_else(|| text.get(at..at + 1).filter(|one| "()[],<>".contains(*one)));
                let Some(sign) = sign else {
                    let len = text[at..].chars().next().map_or(1, char::len_utf8);
                    return Err(ExpressionError {
                        span: at..at + len,
                        message: "tanda ini tidak dikenal dalam syarat".into(),
                        help: Some("pakai `and`, `or`, `not`, kurung, atau >= <= > < == !=".into()),
                    });
                };
                at += sign.len();
                Token::Sign(sign)
            }
        };
        tokens.push((token, start..at));
    }
    Ok(tokens)
}

struct Parser<'t, 'a> {
    tokens: &'t [(Token<'a>, Range<usize>)],
    at: usize,
    end: usize,
}

impl<'a> Parser<'_, 'a> {
    fn peek(&self) -> Option<&Token<'a>> {
        self.tokens.get(self.at).map(|(token, _)| token)
    }

    fn fail<T>(&self, message: impl Into<String>) -> Result<T, ExpressionError> {
        let span = self.tokens.get(self.at).map_or(self.end..self.end, |(_, span)| span.clone());
        Err(ExpressionError { span, message: message.into(), help: None })
    }

    fn takes(&mut self, wanted: &Token<'_>) -> bool {
        let found = self.peek() == Some(wanted);
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, sign: &'static str) -> Result<(), ExpressionError> {
        if self.takes(&Token::Sign(sign)) {
            Ok(())
        } else {
            self.fail(format!("di sini seharusnya `{sign}`"))
        }
    }

    fn any(&mut self) -> Result<Expression<String>, ExpressionError> {
        let mut parts = vec![self.all()?];
        while self.takes(&Token::Name("or")) {
            parts.push(self.all()?);
        }
        Ok(single(parts, Expression::Any))
    }

    fn all(&mut self) -> Result<Expression<String>, ExpressionError> {
        let mut parts = vec![self.negated()?];
        while self.takes(&Token::Name("and")) {
            parts.push(self.negated()?);
        }
        Ok(single(parts, Expression::All))
    }

    fn negated(&mut self) -> Result<Expression<String>, ExpressionError> {
        if self.takes(&Token::Name("not")) {
            return Ok(Expression::Not(Box::new(self.negated()?)));
        }
        self.primary()
    }

    fn primary(&mut self) -> Result<Expression<String>, ExpressionError> {
        match self.peek().cloned() {
            Some(Token::Sign("(")) => {
                self.at += 1;
                let inner = self.any()?;
                self.expect(")")?;
                Ok(inner)
            }
            Some(Token::Number(count)) => {
                let number = self.at;
                self.at += 1;
                if !self.takes(&Token::Name("of")) {
                    return self.fail("sesudah angka seharusnya `of (…)`");
                }
                self.expect("(")?;
                let mut parts = vec![self.any()?];
                while self.takes(&Token::Sign(",")) {
                    parts.push(self.any()?);
                }
                self.expect(")")?;
                let wanted = usize::try_from(count).unwrap_or(usize::MAX);
                if wanted == 0 || wanted > parts.len() {
                    self.at = number;
                    return self.fail(format!(
                        "{count} dari {} hal: syarat ini {} terpenuhi",
                        parts.len(),
                        if wanted == 0 { "selalu" } else { "tidak pernah" }
                    ));
                }
                Ok(Expression::AtLeast(wanted, parts))
            }
            Some(Token::Name(name)) => self.named(name),
            _ => self.fail("di sini seharusnya nama aturan, fakta, atau `(`"),
        }
    }

    fn named(&mut self, name: &'a str) -> Result<Expression<String>, ExpressionError> {
        if let Some(family) = name.strip_prefix("family:") {
            self.at += 1;
            return Ok(Expression::Family(family.to_owned()));
        }
        if let Some((_, set)) = SETS.iter().find(|(known, _)| *known == name) {
            self.at += 1;
            let negated = self.takes(&Token::Name("not"));
            if !self.takes(&Token::Name("in")) {
                return self.fail(format!("sesudah `{name}` seharusnya `in [\"…\"]`"));
            }
            self.expect("[")?;
            let mut values = Vec::new();
            while let Some(Token::Text(value)) = self.peek().cloned() {
                self.at += 1;
                values.push(value.to_owned());
                if !self.takes(&Token::Sign(",")) {
                    break;
                }
            }
            self.expect("]")?;
            let within = Expression::In(*set, values);
            return Ok(if negated { Expression::Not(Box::new(within)) } else { within });
        }
        if let Some(fact) = number_named(name) {
            self.at += 1;
            let comparison = match self.peek() {
                Some(Token::Sign(">=")) => Comparison::AtLeast,
                Some(Token::Sign("<=")) => Comparison::AtMost,
                Some(Token::Sign(">")) => Comparison::More,
                Some(Token::Sign("<")) => Comparison::Less,
                Some(Token::Sign("==")) => Comparison::Equal,
                Some(Token::Sign("!=")) => Comparison::Unequal,
                _ => {
                    return self.fail(format!(
                        "sesudah `{name}` seharusnya perbandingan, misalnya `>= 1`"
                    ));
                }
            };
            self.at += 1;
            let Some(Token::Number(value)) = self.peek().cloned() else {
                return self.fail("di sini seharusnya angka");
            };
            self.at += 1;
            return Ok(Expression::Compare(fact, comparison, value));
        }
        if name.contains('.') {
            let known = numbers().map(|(known, _)| known).chain(SETS.iter().map(|set| set.0));
            let help = match nearest(name, known.clone()) {
                Some(near) => format!("maksud Anda `{near}`?"),
                None => format!("yang dikenal: {}", known.collect::<Vec<_>>().join(", ")),
            };
            let fault = self.fail(format!("fakta `{name}` tidak dikenal"));
            return fault.map_err(|fault| ExpressionError { help: Some(help), ..fault });
        }
        if matches!(name, "and" | "or" | "of" | "in") {
            return self.fail(format!("`{name}` tidak boleh di sini"));
        }
        self.at += 1;
        Ok(Expression::Rule(name.to_owned()))
    }
}

fn single<R>(
    mut parts: Vec<Expression<R>>,
    many: fn(Vec<Expression<R>>) -> Expression<R>,
) -> Expression<R> {
    if parts.len() == 1 { parts.remove(0) } else { many(parts) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_conditions() {
        use Expression::{All, Any, AtLeast, Compare, Family, In, Not, Rule};
        let rule = |name: &str| Rule(name.to_owned());
        for (text, expected) in [
            ("tawaran", rule("tawaran")),
            (
                "a and not b or c",
                Any(vec![All(vec![rule("a"), Not(Box::new(rule("b")))]), rule("c")]),
            ),
            (
                "2 of (a, family:visa, c)",
                AtLeast(2, vec![rule("a"), Family("visa".into()), rule("c")]),
            ),
            (
                "pay.idr_month >= 15_000_000",
                Compare(FactNumber::PayIdrMonth, Comparison::AtLeast, 15_000_000),
            ),
            (
                "destination in [\"KH\", \"MM\"]",
                In(FactSet::Destination, vec!["KH".into(), "MM".into()]),
            ),
            (
                "destination.group not in [\"lazim\"]",
                Not(Box::new(In(FactSet::DestinationGroup, vec!["lazim".into()]))),
            ),
        ] {
            assert_eq!(parse(text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn says_where_a_condition_is_wrong() {
        for (text, span) in [
            ("a and", 5..5),
            ("a b", 2..3),
            ("pay.bulan > 1", 0..9),
            ("2 from (a)", 2..6),
            ("(a", 2..2),
            ("a & b", 2..3),
            ("3 of (a, b)", 0..1),
            ("0 of (a, b)", 0..1),
        ] {
            assert_eq!(parse(text).map_err(|error| error.span), Err(span), "{text}");
        }
    }
}
