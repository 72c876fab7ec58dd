//! Description of the members of a server's answers, as its help pages give it.

use crate::model::Resource;

/// The descriptions that the pages of one server give.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Help {
    /// One entry for each resource whose items are read.
    pub resources: Vec<ResourceHelp>,
    /// Number of pages that were requested, with those that failed.
    pub pages: usize,
    /// Reason why reading ended early, as a sentence.
    pub stopped: Option<String>,
}

/// The description of one resource.
#[derive(Clone, Debug, PartialEq)]
pub struct ResourceHelp {
    /// The resource.
    pub resource: Resource,
    /// Members of its items; empty if they are not described.
    pub members: Vec<DocumentedMember>,
    /// Reason why there is no description, as a sentence.
    pub missing: Option<String>,
}

/// One member of the items.
#[derive(Clone, Debug, PartialEq)]
pub struct DocumentedMember {
    /// Name as the answers spell it: from the sample, or else the documented name with a small
    /// first letter, as in the vendor's manual.
    pub name: String,
    /// Type of its values.
    pub kind: DocumentedType,
    /// The vendor's description; empty if there is none.
    pub words: String,
    /// Form of its value in the sample; `None` if there is no sample.
    pub form: Option<SampleForm>,
}

/// Type of a member's values.
#[derive(Clone, Debug, PartialEq)]
pub enum DocumentedType {
    /// A whole number.
    Integer,
    /// A number with decimals.
    Decimal,
    /// A text.
    Text,
    /// True or false.
    Boolean,
    /// A moment.
    Date,
    /// A duration.
    TimeInterval,
    /// A globally unique identifier.
    Guid,
    /// One of a list of named numbers.
    Enumeration(Vec<EnumValue>),
    /// Several values of a type.
    Collection(Box<DocumentedType>),
    /// Any other type, by its name.
    Other(String),
}

/// A value of an enumeration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnumValue {
    /// Name.
    pub name: String,
    /// Number; `None` if the page gives none.
    pub number: Option<i64>,
    /// The vendor's description; empty if there is none.
    pub words: String,
}

/// Form of a value in a sample. The values of samples are made up, so only their forms are
/// evidence: the server's own formatter wrote them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SampleForm {
    /// A number.
    Number,
    /// True or false.
    Bool,
    /// A moment with its zone, or `/Date(ms)/`.
    Time,
    /// A moment without a zone.
    LocalTime,
    /// A duration as `HH:MM:SS`.
    Clock,
    /// Any other text.
    Text,
    /// A list, an object, or nothing.
    Other,
}

impl Help {
    /// Returns the description of a resource.
    pub fn resource(&self, resource: Resource) -> Option<&ResourceHelp> {
        self.resources.iter().find(|described| described.resource == resource)
    }
}

impl DocumentedType {
    /// Returns a short name of the type, for people.
    pub fn describe(&self) -> String {
        match self {
            Self::Integer => "integer".to_owned(),
            Self::Decimal => "decimal number".to_owned(),
            Self::Text => "string".to_owned(),
            Self::Boolean => "boolean".to_owned(),
            Self::Date => "date".to_owned(),
            Self::TimeInterval => "time interval".to_owned(),
            Self::Guid => "guid".to_owned(),
            Self::Enumeration(_) => "enumeration".to_owned(),
            Self::Collection(item) => format!("collection of {}", item.describe()),
            Self::Other(name) => name.clone(),
        }
    }
}
