/** Catches what goes wrong while one panel draws, so that it never harms another. */
import { Button } from '@mantine/core';
import { Component } from 'react';
import type { ReactNode } from 'react';
import classes from './Panel.module.css';

interface BoundaryProps {
  onRetry?: (() => void) | undefined;
  children: ReactNode;
}

/** Its children, or what went wrong with a way to draw again. */
export class PanelBoundary extends Component<BoundaryProps, { error: Error | null }> {
  override state: { error: Error | null } = { error: null };

  static getDerivedStateFromError(error: Error): { error: Error } {
    return { error };
  }

  #again = (): void => {
    this.setState({ error: null });
    this.props.onRetry?.();
  };

  override render(): ReactNode {
    if (this.state.error === null) return this.props.children;
    return (
      <div className={classes.message} role="alert">
        <strong>This panel could not be drawn</strong>
        <span>{this.state.error.message}. The figures themselves are safe; other panels are not affected.</span>
        <Button variant="default" size="compact-sm" onClick={this.#again}>
          Draw again
        </Button>
      </div>
    );
  }
}
