namespace Presage.Storage;

/// <summary>
/// Numbers blocks of all kinds in the order they are begun. A deletion is for blocks of lower numbers than its own, so
/// no number is given twice, not even by the next process.
/// </summary>
sealed class BlockNumbers
{
    int _last;

    /// <summary>The next number.</summary>
    public int Next() => Reserve(1);

    /// <summary>So many numbers in a row; returns the first.</summary>
    public int Reserve(int count) => Interlocked.Add(ref _last, count) - count + 1;

    /// <summary>Only higher numbers are given from now on. While the store is opened.</summary>
    public void Above(int number) => _last = Math.Max(_last, number);
}
