/** Whether something is drawn inside a dialog: what the browser puts on top covers the rest of the page, so lists must open inside it. */
import { createContext, useContext } from 'react';

/** True inside a dialog. */
export const InDialog = createContext(false);

/** Whether what floats here may be drawn at the end of the page. */
export function useMayLeave(): boolean {
  return !useContext(InDialog);
}
