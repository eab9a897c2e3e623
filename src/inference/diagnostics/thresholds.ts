/**
 * When a number means something: the bounds that sentences are drawn by, each with its reason.
 */

/** Standard errors that a claim must keep from its bound: a false claim in about 700. */
export const SURE = 3

/** p-values at most this small count: one false alarm in a hundred for each test. */
export const SIGNIFICANT = 0.01

/**
 * Accuracies and AUCs up to this are near chance. The best critic has the accuracy ½ + ½ TV, with TV the total variation
 * between real and fake: 0.6 means that a fifth of the mass is in the wrong place.
 */
export const CHANCE = 0.6

/** From this AUC on, fakes are easily told from real data: the best critic's accuracy is then some 0.7. */
export const CLEAR = 0.75

/** From this accuracy on a discriminator wins: log(1 − D) is flat there, and a generator that maximizes it stands still. */
export const WINS = 0.95

/** How much better a fresh critic must be than the discriminator before the latter is called weak. */
export const GAP = 0.1

/** How much less accurate a discriminator may be on held-out data than on its training data. */
export const OVERFIT = 0.1

/** Share of what real data reach in precision or coverage below which a lack is worth a sentence, and a bad one. */
export const LACK = 0.9
export const BAD_LACK = 0.7

/** Precision, as a share of that of real data, below which fakes hardly touch the data. */
export const NOWHERE = 0.1

/** Share of fakes of high quality that a good generator reaches on known modes; a perfect one has 0.989 in the plane. */
export const HIGH_QUALITY = 0.9

/** Samples that a mode must have due before their absence means that it is missing: e⁻²⁰ = 2e-9. */
export const DUE = 20

/** From this KL(modes ‖ weights) on, in nats, modes are served unevenly; leaving out one of eight costs 0.13. */
export const UNEVEN = 0.05

/** How many more near copies than held-out data a generator makes that copies much, rather than a little. */
export const COPIES = 0.05

/**
 * From this size on, and from this ratio to its size in the first half, an objective has run away late in the run: log likelihoods
 * of a critic stay below 10 nats unless it is sure of what is wrong, and the first steps of a run are often small.
 */
export const RUNAWAY = 10

/** From this gap on, in nats, a player can do noticeably better alone. */
export const EQUILIBRIUM = 0.1
