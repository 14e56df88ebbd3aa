import { Component, type ReactNode } from 'react';
import { listAddress } from '../route/url.ts';

interface RoomBoundaryProps {
  readonly children: ReactNode;
}

/**
 * In place of a room that cannot be shown: its code does not come (the server was updated while the page stood open), or it
 * met something that it does not understand. The bar stays, so the other rooms can be reached.
 */
export class RoomBoundary extends Component<RoomBoundaryProps, { readonly isBroken: boolean }> {
  override state = { isBroken: false };

  static getDerivedStateFromError(): { readonly isBroken: boolean } {
    return { isBroken: true };
  }

  override render(): ReactNode {
    if (!this.state.isBroken) return this.props.children;
    return (
      <section className="nothing" role="alert">
        <h1 className="page-title">This page cannot be shown</h1>
        <p>Clew may have been updated since you opened it, or the connection is gone. Nothing that is stored is affected.</p>
        <p className="actions">
          <button type="button" className="button button-main" onClick={() => location.reload()}>
            Reload
          </button>
          <a className="button" href={listAddress()}>
            All threads
          </a>
        </p>
      </section>
    );
  }
}
