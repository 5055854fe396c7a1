//! Wilson's interval of a share, which stays honest for few cases and for shares near 0 and 1.

/// The normal quantile of a two-sided 95 % interval.
const Z: f64 = 1.959_963_985;

/// The 95 % interval of a `share` seen among `n` cases (Wilson, "Probable inference, the law of
/// succession, and statistical inference", JASA 22, 1927). For weighted cases `n` is Kish's effective
/// number, (Σw)² / Σw²; of no case everything is possible.
pub fn wilson(share: f64, n: f64) -> (f64, f64) {
    if n <= 0.0 {
        return (0.0, 1.0);
    }
    let scale = 1.0 + Z * Z / n;
    let middle = (share + Z * Z / (2.0 * n)) / scale;
    let reach = Z * (share * (1.0 - share) / n + Z * Z / (4.0 * n * n)).sqrt() / scale;
    ((middle - reach).max(0.0), (middle + reach).min(1.0))
}
