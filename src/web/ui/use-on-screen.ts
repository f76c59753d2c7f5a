/** Whether an element can be seen: what is out of sight need not be kept fresh. */
import { useEffect, useState } from 'react';
import type { RefObject } from 'react';

/** How far beyond the window counts as seen, so that scrolling finds fresh pictures. */
const margin = '300px';

/** True while the element is in or near the window of a visible page. */
export function useOnScreen(element: RefObject<Element | null>): boolean {
  const [isNear, setIsNear] = useState(true);
  const [isPageVisible, setIsPageVisible] = useState(() => document.visibilityState === 'visible');
  useEffect(() => {
    if (element.current === null) return;
    const observer = new IntersectionObserver(([entry]) => setIsNear(entry?.isIntersecting ?? true), { rootMargin: margin });
    observer.observe(element.current);
    return () => observer.disconnect();
  }, [element]);
  useEffect(() => {
    const onChange = (): void => setIsPageVisible(document.visibilityState === 'visible');
    document.addEventListener('visibilitychange', onChange);
    return () => document.removeEventListener('visibilitychange', onChange);
  }, []);
  return isNear && isPageVisible;
}
