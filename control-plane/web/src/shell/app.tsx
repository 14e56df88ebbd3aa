import { Suspense, useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { readMe } from '../api/client.ts';
import { MeContext, mayOf } from '../api/me.ts';
import { onTokenChange, readToken } from '../api/token.ts';
import { useResource } from '../api/use-resource.ts';
import { useRoute } from '../route/navigate.ts';
import { useKeys } from '../ui/keys.ts';
import { Skeleton } from '../ui/skeleton.tsx';
import { Header } from './header.tsx';
import { HelpDialog } from './help-dialog.tsx';
import { SubNav } from './nav.tsx';
import { NoEntry } from './no-entry.tsx';
import { roomOf } from './room-list.ts';
import { RoomBoundary } from './room-boundary.tsx';
import { SignIn } from './sign-in.tsx';
import { fetchRoomsAhead, View } from './view.tsx';

export function App() {
  const token = useSyncExternalStore(onTokenChange, readToken);
  return token === null ? <SignIn /> : <Rooms />;
}

function Rooms() {
  const route = useRoute();
  const { data: me } = useResource('me', readMe);
  const [isHelpOpen, setHelpOpen] = useState(false);
  const room = roomOf(route.view);
  useEffect(fetchRoomsAhead, []);
  const searchBox = useRef<HTMLInputElement>(null);
  useKeys({
    '?': () => setHelpOpen(true),
    '/': () => {
      searchBox.current?.focus();
      searchBox.current?.select();
    },
  });
  return (
    <MeContext value={me}>
      <a className="skip" href="#main">
        Skip to content
      </a>
      <Header route={route} searchBox={searchBox} onHelp={() => setHelpOpen(true)} />
      <main id="main" tabIndex={-1} className={`main main-${route.view}`}>
        <SubNav view={route.view} />
        {me !== undefined && room !== undefined && !mayOf(me)(room.permission) ? (
          <NoEntry me={me} room={room} isHome={location.search === ''} />
        ) : (
          <RoomBoundary key={route.view}>
            <Suspense fallback={<Skeleton rows={6} label="Loading" />}>
              <View route={route} />
            </Suspense>
          </RoomBoundary>
        )}
      </main>
      <HelpDialog isOpen={isHelpOpen} onClose={() => setHelpOpen(false)} me={me} />
    </MeContext>
  );
}
