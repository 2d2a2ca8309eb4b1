"""What the app itself tells: tokens, payouts, tickets, alarms. Who they are about is not kept."""
