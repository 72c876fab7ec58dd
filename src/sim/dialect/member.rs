//! Members of all resources: their names in each dialect, and their default visibility.

use super::Dialect;

/// A member of a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Member {
    CenterId,
    CenterName,
    ServiceId,
    ServiceName,
    ServiceGroup,
    Description,
    Open,
    QueueLength,
    LongestWait,
    EstimatedWait,
    AgentsLoggedOn,
    AgentsAvailable,
    AgentsBusy,
    LastUpdated,
    GroupId,
    GroupName,
    AgentId,
    FirstName,
    LastName,
    AgentGroups,
    Email,
    Phone,
    AgentState,
    StateSince,
    Reason,
    JobNo,
    CaseClass,
    CaseType,
    CaseState,
    Created,
    AnsweredAt,
    WaitTime,
    Vid,
    Customer,
    ItemId,
    ItemName,
    SkillUid,
    SkillAgent,
    SkillLevel,
    RoleId,
}

impl Member {
    /// Name in a dialect.
    pub(crate) fn name(self, dialect: Dialect) -> &'static str {
        dialect.pick(self.names())
    }

    /// Names in English, Swedish and foreign. Only those that the help shows are Trio's own; the
    /// others are plain words of the kind that a server might use.
    const fn names(self) -> [&'static str; 3] {
        match self {
            Self::CenterId => ["id", "id", "ccK"],
            Self::CenterName => ["name", "namn", "ccBez"],
            Self::ServiceId => ["serviceId", "tjänstId", "vxQ"],
            Self::ServiceName => ["serviceName", "tjänst", "vxTxt"],
            Self::ServiceGroup => ["groupId", "gruppId", "vxGrp"],
            Self::Description => ["description", "beskrivning", "vxMemo"],
            Self::Open => ["open", "öppen", "vxOn"],
            Self::QueueLength => ["queueLength", "kölängd", "qDepth_77"],
            Self::LongestWait => ["longestWaitTime", "längstaVäntetid", "oldestMs"],
            Self::EstimatedWait => ["estimatedWaitTime", "beräknadVäntetid", "guessMs"],
            Self::AgentsLoggedOn => ["agentsLoggedOn", "inloggadeHandläggare", "hdIn"],
            Self::AgentsAvailable => ["agentsAvailable", "ledigaHandläggare", "hdFree"],
            Self::AgentsBusy => ["agentsBusy", "upptagnaHandläggare", "hdWork"],
            Self::LastUpdated => ["lastUpdated", "uppdaterad", "stampX"],
            Self::GroupId => ["groupId", "gruppId", "grpK"],
            Self::GroupName => ["groupName", "gruppNamn", "grpBez"],
            Self::AgentId => ["agentId", "handläggarId", "hdRef"],
            Self::FirstName => ["firstName", "förnamn", "hdVor"],
            Self::LastName => ["lastName", "efternamn", "hdNach"],
            Self::AgentGroups => ["groupId", "gruppId", "hdTeams"],
            Self::Email => ["email", "epost", "hdMail"],
            Self::Phone => ["phone", "telefon", "hdFon"],
            Self::AgentState => ["state", "läge", "zustand"],
            Self::StateSince => ["stateSince", "lägeSedan", "seit"],
            Self::Reason => ["reason", "orsak", "grundX"],
            // The names of the documented query parameters (`jobno`, `vid`, `cust`) are the best
            // hint for those of members.
            Self::JobNo => ["jobNo", "jobbnummer", "vorgang"],
            Self::CaseClass => ["caseClass", "ärendeKlass", "artK"],
            Self::CaseType => ["caseType", "ärendeTyp", "artT"],
            Self::CaseState => ["state", "läge", "phaseN"],
            Self::Created => ["created", "skapad", "seitD"],
            Self::AnsweredAt => ["answeredAt", "besvarad", "nahmD"],
            Self::WaitTime => ["waitTime", "väntetid", "harrMs"],
            Self::Vid => ["vid", "vid", "vidX"],
            Self::Customer => ["cust", "kund", "kdNr"],
            Self::ItemId => ["id", "id", "lfdX"],
            Self::ItemName => ["name", "namn", "bezX"],
            Self::SkillUid => ["uid", "färdighetsId", "fkUid"],
            Self::SkillAgent => ["userId", "handläggarId", "fkHd"],
            Self::SkillLevel => ["level", "nivå", "fkStufe"],
            Self::RoleId => ["roleId", "rollId", "fkRol"],
        }
    }

    /// Returns true for a member that is sent only when `fields=` names it: most resources of Trio
    /// filter by default.
    pub(crate) fn is_hidden(self) -> bool {
        matches!(
            self,
            Self::Description
                | Self::LastUpdated
                | Self::Email
                | Self::Phone
                | Self::Vid
                | Self::Customer
        )
    }

    /// Returns true for a member that is hidden too with
    /// [`Options::hide_members`](crate::sim::Options::hide_members).
    pub(crate) fn is_hideable(self) -> bool {
        matches!(self, Self::EstimatedWait | Self::StateSince)
    }

    /// Returns true for a time or wait that the server measured itself, which a server may not
    /// provide.
    pub(crate) fn is_server_time(self) -> bool {
        matches!(
            self,
            Self::StateSince
                | Self::LastUpdated
                | Self::Created
                | Self::AnsweredAt
                | Self::WaitTime
        )
    }
}
