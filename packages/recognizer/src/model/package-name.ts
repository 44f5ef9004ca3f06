/** Whether a model is the name of a package, `@scope/name`, and no address: `@kinora/gestures`. */
export const isPackageName = (model: unknown): model is string =>
  typeof model === 'string' && /^@[a-z0-9][\w.-]*\/[a-z0-9][\w.-]*$/.test(model);
