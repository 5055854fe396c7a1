//! Amounts of money: value, currency, period, and by the words around it whether it is a wage, a
//! fee, an advance or a debt. A bare number without currency or scale is never money.

use rustc_hash::FxHashMap;

use super::contacts::Contact;
use super::{Idr, Period};
use crate::registry::Registry;
use crate::text::{Before, Views, VocabularyBuilder, WordId};

/// What an amount is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// A wage.
    Pay,
    /// Something the worker pays.
    Fee,
    /// Money handed over before departure.
    Advance,
    /// A debt or a penalty.
    Debt,
    /// Nothing says what it is.
    Other,
}

/// An amount of money in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Amount {
    /// What for.
    pub role: Role,
    /// The lower end, in whole units.
    pub low: u64,
    /// The upper end, in whole units.
    pub high: u64,
    /// Index in the registry's table of currencies.
    pub currency: usize,
    /// What a wage is paid for.
    pub period: Period,
    /// The upper end in rupiah.
    pub idr: Idr,
    /// The upper end in rupiah a month, as if it were a wage.
    pub idr_month: Idr,
    /// Of a wage, how many hundredths of what is usually paid.
    pub percent_of_usual: Option<u64>,
    /// First clear token.
    pub from: usize,
    /// One past the last clear token.
    pub to: usize,
}

/// How many words before an amount may say what it is for.
const ROLE_REACH: usize = 5;

#[derive(Debug)]
pub(super) struct Reader {
    currency_words: FxHashMap<WordId, usize>,
    currency_signs: FxHashMap<String, usize>,
    rates: Vec<u64>,
    rupiah: usize,
    roles: FxHashMap<WordId, Role>,
    periods: FxHashMap<WordId, Period>,
    scales: FxHashMap<WordId, u64>,
    scale_endings: FxHashMap<String, u64>,
    range: Vec<WordId>,
    numbers: FxHashMap<WordId, u64>,
}

/// A number as a token or a word gives it: mantissa without the decimal point.
#[derive(Debug, Clone, Copy, Default)]
struct Number {
    mantissa: u64,
    decimals: u32,
    scale: Option<u64>,
    currency: Option<usize>,
}

impl Number {
    fn value(self, scale: u64) -> u64 {
        self.mantissa.saturating_mul(scale) / 10_u64.saturating_pow(self.decimals)
    }
}

impl Reader {
    pub(super) fn new(registry: &Registry, words: &mut VocabularyBuilder) -> Self {
        let mut reader = Self {
            currency_words: FxHashMap::default(),
            currency_signs: FxHashMap::default(),
            rates: registry.currencies.iter().map(|currency| currency.idr).collect(),
            rupiah: registry
                .currencies
                .iter()
                .position(|currency| currency.code == "IDR")
                .unwrap_or(0),
            roles: FxHashMap::default(),
            periods: FxHashMap::default(),
            scales: FxHashMap::default(),
            scale_endings: FxHashMap::default(),
            range: Vec::new(),
            numbers: FxHashMap::default(),
        };
        for (index, currency) in registry.currencies.iter().enumerate() {
            for name in &currency.names {
                if let [word] = words.words_of(name).as_slice() {
                    reader.currency_words.entry(*word).or_insert(index);
                }
                reader.currency_signs.insert(name.clone(), index);
            }
        }
        let amounts = &registry.amounts;
        for (names, role) in [
            (&amounts.pay, Role::Pay),
            (&amounts.fee, Role::Fee),
            (&amounts.advance, Role::Advance),
            (&amounts.debt, Role::Debt),
        ] {
            for name in names {
                if let Some(word) = words.words_of(name).last() {
                    reader.roles.entry(*word).or_insert(role);
                }
            }
        }
        for (names, period) in [
            (&amounts.hour, Period::Hour),
            (&amounts.day, Period::Day),
            (&amounts.week, Period::Week),
            (&amounts.month, Period::Month),
            (&amounts.year, Period::Year),
        ] {
            for name in names {
                if let Some(word) = words.words_of(name).last() {
                    reader.periods.entry(*word).or_insert(period);
                }
            }
        }
        for (names, scale) in [(&amounts.thousand, 1_000), (&amounts.million, 1_000_000)] {
            for name in names {
                if let [word] = words.words_of(name).as_slice() {
                    reader.scales.entry(*word).or_insert(scale);
                }
                reader.scale_endings.insert(name.clone(), scale);
            }
        }
        reader.range = amounts.range.iter().flat_map(|word| words.words_of(word)).collect();
        for (word, value) in &amounts.numbers {
            if let [word] = words.words_of(word).as_slice() {
                reader.numbers.entry(*word).or_insert(*value);
            }
        }
        reader
    }

    /// Whether an amount can begin with a word.
    pub(super) fn begins(&self, word: WordId) -> bool {
        word == WordId::NUMBER || self.numbers.contains_key(&word)
    }

    /// Finds the amounts in a text; they can begin at the clear tokens `places` only.
    pub(super) fn read(
        &self,
        views: &Views,
        places: impl Iterator<Item = usize>,
        contacts: &[Contact],
        found: &mut Vec<Amount>,
    ) {
        let tokens = views.clear();
        let mut contact = 0;
        let mut taken = 0;
        for at in places {
            if at < taken {
                continue;
            }
            let raw = tokens[at].raw_start as usize;
            while contacts.get(contact).is_some_and(|contact| contact.raw_to <= raw) {
                contact += 1;
            }
            if contacts.get(contact).is_some_and(|contact| contact.raw_from <= raw) {
                continue;
            }
            if let Some(amount) = self.amount(views, at) {
                taken = amount.to;
                found.push(amount);
            }
        }
    }

    /// The amount whose first number stands at the clear token `at`.
    fn amount(&self, views: &Views, at: usize) -> Option<Amount> {
        let tokens = views.clear();
        let mut first = self.number(views, at)?;
        let mut to = at + 1;
        self.scale_after(views, &mut first, &mut to);
        self.currency_after(views, &mut first, &mut to);
        let mut second = None;
        let dash = tokens
            .get(to)
            .is_some_and(|next| next.word == WordId::NUMBER && next.before == Before::Glue)
            && self.joins_a_range(views, to);
        let word = tokens.get(to).is_some_and(|next| self.range.contains(&next.word));
        let start_of_second = if dash { Some(to) } else { word.then_some(to + 1) };
        if let Some(start) = start_of_second
            && let Some(mut number) = self.number(views, start)
        {
            let mut end = start + 1;
            self.scale_after(views, &mut number, &mut end);
            self.currency_after(views, &mut number, &mut end);
            second = Some(number);
            to = end;
        }
        let mut from = at;
        let mut currency = first.currency.or(second.and_then(|number| number.currency));
        if currency.is_none()
            && at > 0
            && tokens[at].before <= Before::Space
            && let Some(index) = self.currency_words.get(&tokens[at - 1].word)
        {
            currency = Some(*index);
            from = at - 1;
        }
        let scale = first.scale.or(second.and_then(|number| number.scale));
        let role = self.role(views, from);
        let period = self.period(views, from, to);
        let worded = tokens[at].word != WordId::NUMBER;
        let currency = match (currency, scale) {
            (Some(currency), _) => currency,
            (None, Some(1_000_000)) => self.rupiah,
            (None, scale) => {
                let value = first.value(scale.unwrap_or(1));
                let said = matches!(role, Some(Role::Pay | Role::Fee));
                if worded || !said || value < 100_000 {
                    return None;
                }
                self.rupiah
            }
        };
        let low = first.value(first.scale.or(scale).unwrap_or(1));
        let high = second.map_or(low, |number| number.value(number.scale.or(scale).unwrap_or(1)));
        let (low, high) = (low.min(high), low.max(high));
        if high == 0 || (worded && scale.is_none() && high < 100) {
            return None;
        }
        let idr = high.saturating_mul(self.rates[currency]);
        let role = role.unwrap_or(if period.is_some() { Role::Pay } else { Role::Other });
        let period = period.unwrap_or(Period::Month);
        Some(Amount {
            role,
            low,
            high,
            currency,
            period,
            idr: Idr(idr),
            idr_month: period.monthly(idr),
            percent_of_usual: None,
            from,
            to,
        })
    }

    /// Whether the number at `to` is glued to the one before by a dash, not by a slash or a colon.
    fn joins_a_range(&self, views: &Views, to: usize) -> bool {
        let (left, right) = (&views.clear()[to - 1], &views.clear()[to]);
        let from = views.raw()[left.raw_end as usize - 1].end;
        let until = views.raw()[right.raw_start as usize].start;
        views.folded().get(from..until).is_some_and(|between| between.contains(['-', '~', '–']))
    }

    fn scale_after(&self, views: &Views, number: &mut Number, to: &mut usize) {
        if number.scale.is_none()
            && let Some(next) = views.clear().get(*to)
            && next.before <= Before::Space
            && let Some(scale) = self.scales.get(&next.word)
        {
            number.scale = Some(*scale);
            *to += 1;
        }
    }

    fn currency_after(&self, views: &Views, number: &mut Number, to: &mut usize) {
        if number.currency.is_none()
            && let Some(next) = views.clear().get(*to)
            && next.before <= Before::Space
            && let Some(currency) = self.currency_words.get(&next.word)
        {
            number.currency = Some(*currency);
            *to += 1;
        }
    }

    /// Reads `rp12.000.000`, `12,5jt`, `rm80`, `nt$20.000`, `1.5oo`, or a number word.
    fn number(&self, views: &Views, at: usize) -> Option<Number> {
        let token = views.clear().get(at)?;
        if let Some(value) = self.numbers.get(&token.word) {
            return Some(Number { mantissa: *value, ..Number::default() });
        }
        if token.word != WordId::NUMBER {
            return None;
        }
        let text = views.raw_text(&views.raw()[token.raw_start as usize]);
        let start = text.find(|letter: char| letter.is_ascii_digit())?;
        let rest = &text[start..];
        let len = rest
            .find(|letter: char| !letter.is_ascii_digit() && !matches!(letter, '.' | ','))
            .unwrap_or(rest.len());
        let (figures, mut ending) = rest.split_at(len);
        let mut number = figures_of(figures)?;
        if !ending.is_empty() && ending.bytes().all(|byte| byte == b'o') && number.decimals > 0 {
            let zeros = u32::try_from(ending.len()).unwrap_or(0);
            number.mantissa = number.mantissa.saturating_mul(10_u64.saturating_pow(zeros));
            number.decimals = 0;
            ending = "";
        }
        let sign = text[..start].trim_end_matches('.');
        if !sign.is_empty() {
            number.currency = Some(*self.currency_signs.get(sign)?);
        }
        if !ending.is_empty() {
            let ending = ending.trim_end_matches(['+', '*']);
            if let Some(scale) = self.scale_endings.get(ending) {
                number.scale = Some(*scale);
            } else if let Some(currency) = self.currency_signs.get(ending) {
                number.currency = Some(*currency);
            } else {
                return None;
            }
        }
        Some(number)
    }

    /// The nearest word before the amount, in the same sentence, that says what it is for.
    fn role(&self, views: &Views, from: usize) -> Option<Role> {
        let tokens = views.clear();
        let mut at = from;
        for _ in 0..ROLE_REACH {
            if at == 0 || tokens[at].before == Before::Sentence {
                return None;
            }
            at -= 1;
            if let Some(role) = self.roles.get(&tokens[at].word) {
                return Some(*role);
            }
            if tokens[at].before == Before::Line && at + 2 < from {
                return None;
            }
        }
        None
    }

    /// The period named right after the amount, or by a word right before it ("harian RM80").
    fn period(&self, views: &Views, from: usize, to: usize) -> Option<Period> {
        let tokens = views.clear();
        let after = tokens
            .iter()
            .skip(to)
            .take(3)
            .take_while(|token| token.before <= Before::Space)
            .find_map(|token| self.periods.get(&token.word));
        let before = from.checked_sub(1).and_then(|at| self.periods.get(&tokens[at].word));
        after.or(before).copied()
    }
}

/// Digits with separators: groups of three are thousands, anything else after one separator decimals.
fn figures_of(figures: &str) -> Option<Number> {
    let figures = figures.trim_end_matches(['.', ',']);
    let parts: Vec<&str> = figures.split(['.', ',']).collect();
    let grouped =
        parts.len() > 1 && parts[1..].iter().all(|part| part.len() == 3) && parts[0].len() <= 3;
    let decimals = if parts.len() == 2 && !grouped { parts[1].len() } else { 0 };
    if parts.len() > 2 && !grouped {
        return None;
    }
    let mantissa = parts.concat().parse().ok()?;
    Some(Number { mantissa, decimals: u32::try_from(decimals).ok()?, scale: None, currency: None })
}
