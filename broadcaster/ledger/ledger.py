"""The ledger as one thing: its parts share one database and tell whoever waits that something was written."""

from broadcaster.ledger.accounts import Accounts
from broadcaster.ledger.ailing import AilingTerminals
from broadcaster.ledger.alert_search import AlertSearch
from broadcaster.ledger.alerts import Alerts
from broadcaster.ledger.answers import Answers
from broadcaster.ledger.audit import Audit
from broadcaster.ledger.backups import Backups
from broadcaster.ledger.broker import Broker
from broadcaster.ledger.changes import Changes
from broadcaster.ledger.collectors import Collectors
from broadcaster.ledger.conditions import Conditions
from broadcaster.ledger.deliveries import Deliveries
from broadcaster.ledger.delivery_history import DeliveryHistory
from broadcaster.ledger.dictionary import Dictionaries
from broadcaster.ledger.drafts import Drafts
from broadcaster.ledger.enrolment import EnrolmentCodes
from broadcaster.ledger.erasure import Erasure
from broadcaster.ledger.failures import FailureCounts
from broadcaster.ledger.heartbeat import Heartbeat
from broadcaster.ledger.incidents import Incidents
from broadcaster.ledger.links import PasswordLinks
from broadcaster.ledger.mails import Mails
from broadcaster.ledger.monthly_tests import MonthlyTests
from broadcaster.ledger.opening import open_storage
from broadcaster.ledger.outbox import Outbox
from broadcaster.ledger.overview import Overview
from broadcaster.ledger.places import Place
from broadcaster.ledger.presence_history import PresenceHistory
from broadcaster.ledger.presences import Presences
from broadcaster.ledger.progress import Progress
from broadcaster.ledger.pruning import Pruning
from broadcaster.ledger.quarantine import Quarantine
from broadcaster.ledger.recovery import Recovery
from broadcaster.ledger.reminders import Reminders
from broadcaster.ledger.requests import Requests
from broadcaster.ledger.resends import Resends
from broadcaster.ledger.second_step import SecondSteps
from broadcaster.ledger.sent_alone import SentAlone
from broadcaster.ledger.service import ServiceOfTerminals
from broadcaster.ledger.sessions import Sessions
from broadcaster.ledger.signing_keys import SigningKeys
from broadcaster.ledger.starts import Starts
from broadcaster.ledger.submissions import Submissions
from broadcaster.ledger.terminal_settings import TerminalSettingsBook
from broadcaster.ledger.terminals import Terminals
from broadcaster.ledger.timetable import Timetable
from broadcaster.ledger.tokens import Tokens
from broadcaster.ledger.untold import Untold
from broadcaster.ledger.wrong_codes import WrongCodes


class Ledger:
    """Open the ledger at a place, making or migrating it; raises DatabaseUnusable. May be used from any thread."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.changes = Changes()
        self.connections, merging = open_storage(place, self.changes.announce)
        self.terminals = Terminals(self.connections)
        self.service = ServiceOfTerminals(self.connections)
        self.untold = Untold(self.connections)
        self.alerts = Alerts(self.connections)
        self.alert_search = AlertSearch(self.connections)
        self.audit = Audit(self.connections)
        self.drafts = Drafts(self.connections)
        self.submissions = Submissions(self.connections, self.drafts)
        self.sent_alone = SentAlone(self.connections)
        self.timetable = Timetable(self.connections)
        self.outbox = Outbox(self.connections)
        self.deliveries = Deliveries(self.connections, merging)
        self.delivery_history = DeliveryHistory(self.connections)
        self.progress = Progress(self.connections)
        self.monthly_tests = MonthlyTests(self.connections)
        self.resends = Resends(self.connections)
        self.reminders = Reminders(self.connections)
        self.presences = Presences(self.connections)
        self.presence_history = PresenceHistory(self.connections)
        self.requests = Requests(self.connections)
        self.conditions = Conditions(self.connections)
        self.overview = Overview(self.connections)
        self.quarantine = Quarantine(self.connections)
        self.wrong_codes = WrongCodes(self.connections)
        self.broker = Broker(self.connections)
        self.backups = Backups(self.connections)
        self.ailing = AilingTerminals(self.connections)
        self.incidents = Incidents(self.connections)
        self.heartbeat = Heartbeat(self.connections)
        self.starts = Starts(self.connections)
        self.collectors = Collectors(self.connections)
        self.mails = Mails(self.connections)
        self.recovery = Recovery(self.connections)
        self.erasure = Erasure(self.connections)
        self.pruning = Pruning(self.connections)
        self.accounts = Accounts(self.connections)
        self.sessions = Sessions(self.connections)
        self.failures = FailureCounts(self.connections)
        self.password_links = PasswordLinks(self.connections)
        self.second_steps = SecondSteps(self.connections)
        self.dictionary = Dictionaries(self.connections)
        self.tokens = Tokens(self.connections)
        self.answers = Answers(self.connections)
        self.signing_keys = SigningKeys(self.connections)
        self.terminal_settings = TerminalSettingsBook(self.connections)
        self.enrolment = EnrolmentCodes(self.connections)

    def data_version(self) -> int:
        """Return a number that changes when another connection or process has written."""
        return self.connections.version()

    def close(self) -> None:
        """Close the database."""
        self.connections.close()
