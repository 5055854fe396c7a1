//! The words that rules, lists and tables know, and how their variants are written. What people
//! disguise is undone only where the result is one of these words, so plain text stays as it is.

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use rustc_hash::{FxBuildHasher, FxHashMap};

use super::beginnings::{Beginnings, Consonants, Heads, Lengths, Letters};
use super::fold::Folded;
use super::lex::{self, RawKind};
use super::{Marks, Tags};

/// A word of the vocabulary; the first few numbers stand for kinds of token.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct WordId(pub u32);

impl WordId {
    /// A word no rule knows.
    pub const UNKNOWN: Self = Self(0);
    /// A number.
    pub const NUMBER: Self = Self(1);
    /// A web address.
    pub const LINK: Self = Self(2);
    /// `@` and a name.
    pub const HANDLE: Self = Self(3);
    /// A mail address.
    pub const EMAIL: Self = Self(4);
    const RESERVED: u32 = 5;

    /// Whether it stands for a kind of token and not for one word.
    pub const fn is_kind(self) -> bool {
        self.0 < Self::RESERVED
    }
}

/// What a written form stands for.
#[derive(Debug, Clone, Copy)]
struct Entry {
    start: u32,
    len: u8,
    marks: Marks,
}

/// Words, variants and the sensitive words that people hide. Built once a rule set.
#[derive(Debug, Default)]
pub struct Vocabulary {
    forms: FxHashMap<Box<str>, Entry>,
    /// The lengths of the forms and common words that begin so: most texts are refused here.
    beginnings: Beginnings,
    /// Words of every day that no rule asks for: disguise is undone where one of them appears.
    common: FxHashMap<Box<str>, Entry>,
    arena: Vec<WordId>,
    words: Vec<Box<str>>,
    sensitive: Vec<bool>,
    /// Beginnings of sensitive words, each with the letters that follow it in a form of one.
    prefixes: FxHashMap<Box<str>, Letters>,
    /// Consonants of words that people write without vowels; unclear ones are not among them.
    skeletons: FxHashMap<Box<str>, WordId>,
    /// All of them: most texts are refused here.
    consonants: Consonants,
    /// The words of each length in letters, from the shortest up.
    by_length: Vec<Vec<WordId>>,
    longest: usize,
    /// How forms of sensitive words begin.
    sensitive_heads: Heads,
    /// Pieces of words that somebody asks after.
    pieces: Pieces,
    /// By word, what others want to know of it.
    tags: Vec<Tags>,
}

/// Pieces of words that somebody asks after.
#[derive(Debug, Default)]
enum Pieces {
    /// Nobody does.
    #[default]
    None,
    Of(AhoCorasick),
    /// More than can be looked for: any word may hold one.
    TooMany,
}

impl Pieces {
    /// Whether a word may hold one, where it is known how that is written.
    fn may_be_in(&self, written: Option<&str>) -> bool {
        match (self, written) {
            (Self::None, _) => false,
            (Self::Of(pieces), Some(written)) => pieces.is_match(written),
            (Self::TooMany, _) | (_, None) => true,
        }
    }
}

/// What a written form was resolved to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Resolved<'a> {
    pub(super) words: &'a [WordId],
    pub(super) marks: Marks,
}

impl Vocabulary {
    /// How many words there are, kinds of token included.
    pub fn len(&self) -> usize {
        self.words.len()
    }

    /// Whether no word was added.
    pub fn is_empty(&self) -> bool {
        self.words.len() <= WordId::RESERVED as usize
    }

    /// The word as it is written in full.
    pub fn word(&self, id: WordId) -> &str {
        self.words.get(id.0 as usize).map_or("", |word| word)
    }

    /// Whether hiding this word is evidence of evasion.
    pub fn is_sensitive(&self, id: WordId) -> bool {
        self.sensitive.get(id.0 as usize).copied().unwrap_or(false)
    }

    /// Says what others want to know of a word. To be called before any text is read.
    pub fn tag(&mut self, id: WordId, tags: Tags) {
        if let Some(all) = self.tags.get_mut(id.0 as usize) {
            *all = all.and(tags);
        }
    }

    /// The tags of a token read as this word. What is no word of the vocabulary is looked at for
    /// pieces as `written`; without that it may always hold one.
    pub(super) fn tags(&self, id: WordId, written: Option<&str>) -> Tags {
        let tags = self.tags.get(id.0 as usize).copied().unwrap_or_default();
        if id.is_kind() && self.pieces.may_be_in(written) { tags.and(Tags::PIECE) } else { tags }
    }

    /// The words a plain written form stands for, when it is known.
    pub fn known(&self, text: &str) -> Option<&[WordId]> {
        Some(self.form(text)?.words)
    }

    /// All written forms, with the words each stands for.
    pub fn forms(&self) -> impl Iterator<Item = (&str, &[WordId])> {
        self.forms.iter().map(|(form, entry)| {
            let start = entry.start as usize;
            (&**form, &self.arena[start..start + entry.len as usize])
        })
    }

    pub(super) fn form(&self, text: &str) -> Option<Resolved<'_>> {
        if !self.lengths(text.as_bytes()).may_be(text.len()) {
            return None;
        }
        let entry = self.forms.get(text)?;
        let start = entry.start as usize;
        Some(Resolved { words: &self.arena[start..start + entry.len as usize], marks: entry.marks })
    }

    /// The lengths of the forms and common words that `text` may begin with.
    pub(super) fn lengths(&self, text: &[u8]) -> Lengths {
        self.beginnings.lengths(text)
    }

    /// Whether a sensitive word may stand within `text`; most words are refused here.
    pub(super) fn may_hold_sensitive(&self, text: &str) -> bool {
        text.as_bytes().windows(3).any(|bytes| self.sensitive_heads.may_begin(bytes))
    }

    /// As [`Self::form`], words of every day among them.
    pub(super) fn any(&self, text: &str) -> Option<Resolved<'_>> {
        if !self.lengths(text.as_bytes()).may_be(text.len()) {
            return None;
        }
        self.form(text).or_else(|| {
            let start = self.common.get(text)?.start as usize;
            Some(Resolved { words: &self.arena[start..=start], marks: Marks::default() })
        })
    }

    /// Whether this is a word of every day that no rule asks for.
    pub(super) fn is_common(&self, text: &str) -> bool {
        self.lengths(text.as_bytes()).may_be(text.len()) && self.common.contains_key(text)
    }

    /// Where `text` begins a sensitive word, the letters with which a form of one goes on.
    pub(super) fn goes_on(&self, text: &str) -> Option<Letters> {
        let may_begin = text.len() < 3 || self.sensitive_heads.may_begin(text.as_bytes());
        if may_begin { self.prefixes.get(text).copied() } else { None }
    }

    pub(super) fn longest(&self) -> usize {
        self.longest
    }

    /// The word of which `text` has all consonants, in order, and lacks vowels.
    pub(super) fn without_vowels(&self, text: &str) -> Option<WordId> {
        if !self.consonants.may_be(text) {
            return None;
        }
        let skeleton = skeleton(text);
        let bare = skeleton.len() == text.len() || skeleton.len() > SHORTEST_SKELETON;
        if skeleton.len() < SHORTEST_SKELETON || !bare {
            return None;
        }
        let id = *self.skeletons.get(skeleton.as_str())?;
        let word = self.word(id);
        (word.len() > text.len() && is_subsequence(text, word)).then_some(id)
    }

    /// The word that `text`, with `*` for hidden letters, can stand for: a sensitive one, or the
    /// only other one.
    pub(super) fn unmasked(&self, text: &str) -> Option<WordId> {
        let letters = text.chars().count();
        let shown = text.chars().filter(|letter| *letter != '*').count();
        if shown < 2 || shown == letters {
            return None;
        }
        let fits = |id: &WordId| {
            self.word(*id)
                .chars()
                .zip(text.chars())
                .all(|(letter, seen)| seen == '*' || seen == letter)
        };
        let words = self.by_length.get(letters)?;
        let mut fitting = words.iter().copied().filter(fits);
        let sensitive = words.iter().copied().filter(fits).find(|id| self.is_sensitive(*id));
        sensitive.or_else(|| fitting.next().filter(|_| letters >= 4 && fitting.next().is_none()))
    }
}

/// Fewest consonants by which a word is known. So few stand for it only alone: `trk`, not `trik`.
const SHORTEST_SKELETON: usize = 3;

fn skeleton(text: &str) -> String {
    text.replace(['a', 'e', 'i', 'o', 'u'], "")
}

fn is_subsequence(part: &str, whole: &str) -> bool {
    let mut letters = whole.chars();
    part.chars().all(|wanted| letters.any(|letter| letter == wanted))
}

/// Collects words, variants and sensitive words, then closes into a [`Vocabulary`].
#[derive(Debug)]
pub struct VocabularyBuilder {
    vocabulary: Vocabulary,
    ids: FxHashMap<Box<str>, WordId>,
    aliases: FxHashMap<Box<str>, Vec<Box<str>>>,
    common: Vec<Box<str>>,
    pieces: Vec<Box<[u8]>>,
}

impl Default for VocabularyBuilder {
    fn default() -> Self {
        let mut builder = Self {
            vocabulary: Vocabulary::default(),
            ids: FxHashMap::with_hasher(FxBuildHasher),
            aliases: FxHashMap::default(),
            common: Vec::new(),
            pieces: Vec::new(),
        };
        for name in ["", "<angka>", "<tautan>", "<akun>", "<surel>"] {
            builder.vocabulary.words.push(name.into());
            builder.vocabulary.sensitive.push(false);
        }
        builder
    }
}

impl VocabularyBuilder {
    /// Says that `variant` is another way to write `word` (which may be several words). To be
    /// called for all variants before any text is read with [`Self::words_of`].
    pub fn alias(&mut self, variant: &str, word: &str) {
        let word: Vec<Box<str>> = pieces(word);
        if let [only] = pieces(variant).as_slice()
            && word.as_slice() != [only.clone()]
        {
            self.aliases.insert(only.clone(), word);
        }
    }

    /// Folds and cuts a phrase or list entry by the code that reads posts, and interns its words.
    pub fn words_of(&mut self, phrase: &str) -> Vec<WordId> {
        let mut ids = Vec::new();
        for piece in pieces(phrase) {
            match self.aliases.get(&piece).cloned() {
                Some(words) => ids.extend(words.iter().map(|word| self.intern(word))),
                None => ids.push(self.intern(&piece)),
            }
        }
        ids
    }

    /// Says that hiding this word is evidence of evasion.
    pub fn sensitive(&mut self, word: &str) {
        for piece in pieces(word) {
            let id = self.intern(&piece);
            self.vocabulary.sensitive[id.0 as usize] = true;
        }
    }

    /// Adds words of every day that no rule asks for.
    pub fn common(&mut self, words: &str) {
        self.common.extend(words.split_whitespace().map(Box::from));
    }

    /// Says that tokens which hold this piece of a word are to be marked so.
    pub fn piece(&mut self, piece: &[u8]) {
        self.pieces.push(piece.into());
    }

    fn intern(&mut self, word: &str) -> WordId {
        if let Some(id) = self.ids.get(word) {
            return *id;
        }
        let id = WordId(super::offset(self.vocabulary.words.len()));
        self.vocabulary.words.push(word.into());
        self.vocabulary.sensitive.push(false);
        self.ids.insert(word.into(), id);
        id
    }

    /// Closes the vocabulary: variants and disguises of the interned words become forms.
    pub fn build(mut self) -> Vocabulary {
        let aliases = std::mem::take(&mut self.aliases);
        for words in aliases.values() {
            for word in words {
                self.intern(word);
            }
        }
        let Self { mut vocabulary, ids, common, pieces, .. } = self;
        let add = |vocabulary: &mut Vocabulary, form: &str, words: &[WordId], marks: Marks| {
            if vocabulary.forms.contains_key(form) {
                return;
            }
            let start = super::offset(vocabulary.arena.len());
            vocabulary.arena.extend_from_slice(words);
            let len = u8::try_from(words.len()).unwrap_or(u8::MAX);
            vocabulary.forms.insert(form.into(), Entry { start, len, marks });
        };
        for (variant, words) in &aliases {
            let words: Vec<WordId> = words.iter().map(|word| ids[word]).collect();
            add(&mut vocabulary, variant, &words, Marks::ALIAS);
        }
        for (word, id) in &ids {
            add(&mut vocabulary, word, &[*id], Marks::default());
        }
        for word in common.iter().filter(|word| !ids.contains_key(*word)) {
            if !vocabulary.forms.contains_key(word) && !vocabulary.common.contains_key(word) {
                let entry = Entry {
                    start: super::offset(vocabulary.arena.len()),
                    len: 1,
                    marks: Marks::default(),
                };
                vocabulary.arena.push(WordId(super::offset(vocabulary.words.len())));
                vocabulary.words.push(word.clone());
                vocabulary.sensitive.push(false);
                vocabulary.common.insert(word.clone(), entry);
            }
        }
        let backwards: Vec<(String, Vec<WordId>)> = vocabulary
            .forms
            .iter()
            .filter(|(form, _)| {
                form.len() >= 4 && form.bytes().all(|byte| byte.is_ascii_lowercase())
            })
            .filter_map(|(form, entry)| {
                let words = vocabulary.arena[entry.start as usize..][..entry.len as usize].to_vec();
                let hidden = words.iter().any(|word| vocabulary.is_sensitive(*word));
                hidden.then(|| (form.chars().rev().collect(), words))
            })
            .collect();
        for (form, words) in backwards {
            if !vocabulary.common.contains_key(form.as_str()) {
                add(&mut vocabulary, &form, &words, Marks::REVERSED);
            }
        }
        let mut skeletons: FxHashMap<Box<str>, Vec<WordId>> = FxHashMap::default();
        for id in (WordId::RESERVED..super::offset(vocabulary.words.len())).map(WordId) {
            let word: Box<str> = vocabulary.word(id).into();
            let letters = word.chars().count();
            let masks = vocabulary.is_sensitive(id) || vocabulary.forms.contains_key(&word);
            if masks && word.is_ascii() {
                if vocabulary.by_length.len() <= letters {
                    vocabulary.by_length.resize_with(letters + 1, Vec::new);
                }
                vocabulary.by_length[letters].push(id);
            }
            if vocabulary.is_sensitive(id) {
                for (at, _) in word.char_indices().skip(2) {
                    vocabulary.prefixes.insert(word[..at].into(), Letters::default());
                }
            }
            let skeleton = skeleton(&word);
            if skeleton.len() >= SHORTEST_SKELETON && letters >= 4 {
                skeletons.entry(skeleton.into()).or_default().push(id);
            }
        }
        for form in vocabulary.forms.keys().chain(vocabulary.common.keys()) {
            vocabulary.beginnings.insert(form.as_bytes());
        }
        for (form, entry) in &vocabulary.forms {
            let words = &vocabulary.arena[entry.start as usize..][..entry.len as usize];
            if words.iter().any(|word| vocabulary.sensitive[word.0 as usize]) {
                vocabulary.sensitive_heads.insert(form.as_bytes());
                for (at, letter) in form.char_indices().skip(2) {
                    if let Some(letters) = vocabulary.prefixes.get_mut(&form[..at]) {
                        letters.insert(letter);
                    }
                }
            }
        }
        for (skeleton, ids) in skeletons {
            let known = |id: &WordId| vocabulary.forms.contains_key(vocabulary.word(*id));
            let mut sensitive = ids.iter().copied().filter(|id| vocabulary.is_sensitive(*id));
            let first = match (ids.as_slice(), skeleton.len()) {
                ([only], 4..) => Some(*only).filter(known),
                ([only], _) => Some(*only).filter(|id| vocabulary.is_sensitive(*id)),
                (_, 4..) => sensitive.next(),
                _ => None,
            };
            if let Some(first) = first {
                vocabulary.consonants.insert(&skeleton);
                vocabulary.skeletons.insert(skeleton, first);
            }
        }
        let forms = vocabulary.forms.keys().chain(vocabulary.common.keys());
        vocabulary.longest = forms.map(|form| form.len()).max().unwrap_or(0);
        if !pieces.is_empty() {
            // What is looked at is one word: to look ahead for a first letter does not pay.
            let automaton = AhoCorasick::builder()
                .kind(Some(AhoCorasickKind::DFA))
                .prefilter(false)
                .build(&pieces);
            vocabulary.pieces = automaton.map_or(Pieces::TooMany, Pieces::Of);
        }
        let Vocabulary { words, pieces, .. } = &vocabulary;
        let tags = words.iter().enumerate().map(|(id, word)| {
            let piece = id >= WordId::RESERVED as usize && pieces.may_be_in(Some(word));
            if piece { Tags::PIECE } else { Tags::default() }
        });
        vocabulary.tags = tags.collect();
        vocabulary
    }
}

/// The words of a phrase as the lexer cuts them, folded.
fn pieces(phrase: &str) -> Vec<Box<str>> {
    let mut folded = Folded::default();
    folded.fold(phrase);
    let mut tokens = Vec::new();
    lex::lex(folded.text(), &mut tokens);
    tokens
        .iter()
        .map(|token| {
            let text = &folded.text()[token.start..token.end];
            if token.kind == RawKind::Handle { text.trim_start_matches('@') } else { text }.into()
        })
        .collect()
}
