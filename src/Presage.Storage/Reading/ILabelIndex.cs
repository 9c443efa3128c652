namespace Presage.Storage;

/// <summary>
/// What a selection needs of an index: the head has one, every block another. Numbers are the index' own.
/// </summary>
interface ILabelIndex
{
    /// <summary>All series, ascending.</summary>
    ReadOnlySpan<int> All();

    /// <summary>The series of a host, ascending; empty where it is unknown.</summary>
    ReadOnlySpan<int> OfHost(string host);

    /// <summary>The series with this label value, ascending; empty where there are none.</summary>
    ReadOnlySpan<int> Of(string name, string value);

    /// <summary>The values of a label, in any order.</summary>
    IEnumerable<string> ValuesOf(string name);

    /// <summary>The names of all labels, in any order.</summary>
    IEnumerable<string> Names();
}
