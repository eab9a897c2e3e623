/** Computes once, on the first call: what several tests of a file look at. */
export const once = <A>(compute: () => A): (() => A) => {
  let held: { readonly value: A } | undefined
  return () => {
    held ??= { value: compute() }
    return held.value
  }
}
