export declare const root: string
export declare const main: string
export declare const isStale: () => boolean
export declare const build: () => number
