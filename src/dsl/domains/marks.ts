/**
 * The marks of the domains, as types: A ⊂ B exactly when the interface A extends B. The domains themselves, with their
 * membership tests, are in ../domain.ts; which domain a result has is in arithmetic.ts.
 */

/** All real numbers. */
export interface Real {
  readonly Real: true
}
/** Numbers x >= 0. */
export interface NonNegative extends Real {
  readonly NonNegative: true
}
/** Numbers x > 0. */
export interface Positive extends NonNegative {
  readonly Positive: true
}
/** Numbers 0 <= x <= 1. */
export interface Unit extends NonNegative {
  readonly Unit: true
}
/** Whole numbers 0, 1, 2, … */
export interface Count extends NonNegative {
  readonly Count: true
}
/** The numbers 0 and 1. */
export interface Binary extends Unit, Count {
  readonly Binary: true
}
/** The whole numbers 0 … K − 1, as labels. */
export interface Category<K extends number = number> extends Count {
  readonly Category: K
}
/** Vectors of numbers >= 0 that sum to 1 (along the last event axis). */
export interface Simplex extends Unit {
  readonly Simplex: true
}
/** Vectors with one 1 and otherwise 0 (along the last event axis). */
export interface OneHot extends Simplex, Binary {
  readonly OneHot: true
}
/** A bounded interval whose ends the type does not know. */
export interface Interval extends Real {
  readonly Interval: true
}
/** Vectors x_1 <= x_2 <= … (along the last event axis). */
export interface Ordered extends Real {
  readonly Ordered: true
}
/** Lower triangular matrices with a positive diagonal. */
export interface Cholesky extends Real {
  readonly Cholesky: true
}
/** Symmetric positive definite matrices with unit diagonal. */
export interface Correlation extends Real {
  readonly Correlation: true
}
/** Angles −π <= x <= π, where the ends are one point. */
export interface Circle extends Real {
  readonly Circle: true
}

/** The name of a domain, as the compiler's sentences print it. */
export type DomainName<D> = [D] extends [OneHot]
  ? 'OneHot'
  : [D] extends [Binary]
    ? 'Binary'
    : [D] extends [Category<infer K>]
      ? `Category(${K})`
      : [D] extends [Simplex]
        ? 'Simplex'
        : [D] extends [Count]
          ? 'Count'
          : [D] extends [Unit]
            ? 'Unit'
            : [D] extends [Positive]
              ? 'Positive'
              : [D] extends [NonNegative]
                ? 'NonNegative'
                : [D] extends [Interval]
                  ? 'Interval'
                  : [D] extends [Ordered]
                    ? 'Ordered'
                    : [D] extends [Cholesky]
                      ? 'Cholesky'
                      : [D] extends [Correlation]
                        ? 'Correlation'
                        : [D] extends [Circle]
                          ? 'Circle'
                          : 'Real'

/** The reference measure of densities on a domain. */
export type Measure<D> = [D] extends [Count]
  ? 'counting'
  : [D] extends [Simplex]
    ? 'simplex'
    : [D] extends [Circle]
      ? 'circle'
      : [D] extends [Cholesky]
        ? 'cholesky'
        : [D] extends [Correlation]
          ? 'correlation'
          : 'Lebesgue'

/** A failure of membership: the flat index within the event, and the reason. */
export interface OutsideDomain {
  readonly index: number
  readonly reason: string
  readonly remedy: string
}

/** A domain at run time: its marks, its name, its measure, and its membership test. */
export interface Domain<out D> {
  readonly name: string
  readonly marks: D
  readonly measure: string
  /** A member of the domain, for an event of this shape; used to run a model once at construction. */
  readonly example: (shape: readonly number[]) => Float32Array
  /** The first entry of `data`, events of `shape` one after the other, that lies outside; undefined if none does. */
  readonly outside: (data: ArrayLike<number>, shape: readonly number[]) => OutsideDomain | undefined
}

/** A domain of any marks. */
export type AnyDomain = Domain<unknown>
