namespace Presage.Query.Evaluation;

/// <summary>
/// In which order the consumer of a plan wants its series. Sorting many costs more than reading them.
/// </summary>
enum SeriesOrder
{
    /// <summary>By labels, as what chooses among equals or pairs series needs it.</summary>
    ByLabels,

    /// <summary>
    /// By labels where they are the result of an instant query; that of a range query is sorted anyway.
    /// </summary>
    ByLabelsAtInstant,

    /// <summary>Any: they are folded.</summary>
    Any,
}
