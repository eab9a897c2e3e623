/**
 * One after the other: onnxruntime-web keeps the arguments of a call on one stack while it awaits, so its calls must not
 * overlap, whichever session they belong to.
 *
 * Tested in tests/runtime/onnx/session/turns.test.ts and tests/inference/compiled/together.test.ts.
 */
const turns = new WeakMap<object, Promise<unknown>>()

/** Does the work once all that was given before for this owner has ended, well or badly. */
export const inTurn = <A>(owner: object, work: () => Promise<A>): Promise<A> => {
  const turn = (turns.get(owner) ?? Promise.resolve()).then(work)
  turns.set(
    owner,
    turn.catch(() => undefined),
  )
  return turn
}
