namespace Presage.Metrics;

/// <summary>
/// One name and value of a series' identity, for example <c>mountpoint="/"</c>. Names and values are UTF-8 text.
/// </summary>
public readonly record struct Label(string Name, string Value);
