export const handler = async (): Promise<object> => ({});
export const worker = handler;
