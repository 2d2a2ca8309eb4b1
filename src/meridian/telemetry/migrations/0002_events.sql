-- Events that were taken, so that one which is sent again changes nothing. id: the first half of the SHA-256 of the event's own.
CREATE TABLE event_taken (
    id uuid PRIMARY KEY,
    taken_at timestamptz NOT NULL
);
CREATE INDEX event_taken_at ON event_taken USING brin (taken_at) WITH (pages_per_range = 16);

-- Where each payout, ticket, dispute, panic, fraud alert and attack stands by its latest event: that of the greatest (at, event).
-- began: when it began, as far as any event said. answered: of tickets, the first answer. amount: in minor units of the currency.
-- detail: a fraud alert's severity, an attack's kind, "urgent" for such a ticket. over: nobody has to do anything about it any more.
CREATE TABLE event_subject (
    kind text NOT NULL,
    id text NOT NULL CHECK (char_length(id) BETWEEN 1 AND 64),
    state text NOT NULL,
    at timestamptz NOT NULL,
    event text COLLATE "C" NOT NULL,
    region text NOT NULL,
    detail text NOT NULL,
    amount bigint NOT NULL,
    currency text NOT NULL,
    began timestamptz NOT NULL,
    answered timestamptz,
    over boolean NOT NULL,
    PRIMARY KEY (kind, id)
);
CREATE INDEX event_subject_going_on ON event_subject (kind, state) WHERE NOT over;
CREATE INDEX event_subject_age ON event_subject (at);
