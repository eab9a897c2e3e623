/**
 * Notices of a fit: what there is to say, for example why a step could not be compiled.
 */
import type { FitOptions } from './fitted.js'

/** A notice goes to the listener, or where there is none to the console. */
export const notify = (onEvent: FitOptions['onEvent'], message: string): void =>
  onEvent === undefined ? console.warn(`giry: ${message}`) : onEvent({ type: 'notice', message })
