//! The model file: a short header and compressed weights. It holds no text, only numbers, and is
//! refused when it is not whole or was made for another way of reading features.

use super::features::BITS;
use super::{Model, Trained};

/// What the file begins with; the last byte is the version of the features.
const MAGIC: [u8; 8] = *b"WASPADA\x01";
/// Magic, two scales, two shifts, four counts.
const HEADER: usize = 8 + 4 * 4 + 4 * 4;
const LEVEL: i32 = 19;

/// A model file that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UnreadableModel {
    /// It begins otherwise.
    #[error(
        "bukan berkas model, atau model untuk versi waspada yang lain; buat lagi dengan `waspada learn`"
    )]
    Foreign,
    /// It is not whole.
    #[error("berkas model tidak utuh; salin lagi, atau buat lagi dengan `waspada learn`")]
    Broken,
}

impl Model {
    /// The file of this model.
    ///
    /// # Errors
    /// The weights cannot be compressed.
    pub fn write(&self) -> std::io::Result<Vec<u8>> {
        let Trained { offers, victims, passes, innocents } = self.trained;
        let mut file = MAGIC.to_vec();
        for number in self.scale.iter().chain(&self.shift) {
            file.extend_from_slice(&number.to_le_bytes());
        }
        for count in [offers, victims, passes, innocents] {
            file.extend_from_slice(&count.to_le_bytes());
        }
        // Low and high bytes apart compress better.
        let numbers =
            || [0, 1].into_iter().flat_map(|lane| self.weights.iter().map(move |w| w[lane]));
        let mut weights: Vec<u8> = numbers().map(|weight| weight.to_le_bytes()[0]).collect();
        weights.extend(numbers().map(|weight| weight.to_le_bytes()[1]));
        file.extend(zstd::encode_all(weights.as_slice(), LEVEL)?);
        Ok(file)
    }

    /// Reads a model file.
    ///
    /// # Errors
    /// It is no model, one of another version, or not whole.
    pub fn parse(file: &[u8]) -> Result<Self, UnreadableModel> {
        let (header, compressed) = file.split_at_checked(HEADER).ok_or(UnreadableModel::Foreign)?;
        let (magic, numbers) = header.split_at(MAGIC.len());
        if magic != MAGIC {
            return Err(UnreadableModel::Foreign);
        }
        let word = |at: usize| -> [u8; 4] {
            let mut bytes = [0; 4];
            bytes.copy_from_slice(&numbers[at * 4..at * 4 + 4]);
            bytes
        };
        let real = |at| f32::from_le_bytes(word(at));
        let count = |at| u32::from_le_bytes(word(at));
        let buckets = 1_usize << BITS;
        let bytes =
            zstd::bulk::decompress(compressed, buckets * 4).map_err(|_| UnreadableModel::Broken)?;
        let finite = (0..4).all(|at| real(at).is_finite());
        if bytes.len() != buckets * 4 || !finite {
            return Err(UnreadableModel::Broken);
        }
        let (low, high) = bytes.split_at(buckets * 2);
        let weight = |at: usize| i16::from_le_bytes([low[at], high[at]]);
        Ok(Self {
            weights: (0..buckets).map(|at| [weight(at), weight(buckets + at)]).collect(),
            scale: [real(0), real(1)],
            shift: [real(2), real(3)],
            trained: Trained {
                offers: count(4),
                victims: count(5),
                passes: count(6),
                innocents: count(7),
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_comes_back_as_it_was_written_and_a_broken_one_is_refused() {
        let mut learned = vec![0.0; 1 << BITS];
        (learned[3], learned[77]) = (1.5, -0.25);
        let trained = Trained { offers: 1, victims: 2, passes: 3, innocents: 4 };
        let model = Model::of([(&learned, 1.0, -2.0), (&learned, 0.5, 0.0)], trained);
        let file = model.write().unwrap();
        assert_eq!(Model::parse(&file), Ok(model));
        assert_eq!(Model::parse(&file[..file.len() - 9]), Err(UnreadableModel::Broken));
        assert_eq!(Model::parse(&file[..20]), Err(UnreadableModel::Foreign));
        assert_eq!(
            Model::parse(b"WASPADA\x00 of another version of the reader"),
            Err(UnreadableModel::Foreign)
        );
    }
}
