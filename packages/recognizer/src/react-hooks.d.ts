/** The hooks of React that `useRecognizer` calls: React itself is an optional peer, and its types are not needed for two functions. */
declare module 'react' {
  export function useState<State>(
    initial: State,
  ): [State, (next: State | ((before: State) => State)) => void];
  export function useEffect(effect: () => (() => void) | undefined, inputs: readonly unknown[]): void;
}
