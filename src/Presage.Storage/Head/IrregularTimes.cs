namespace Presage.Storage;

/// <summary>The irregular time column of an open or closed chunk; its bytes lie in the shard's cells.</summary>
struct IrregularTimes
{
    public TimeStream Stream;
    public int FirstCell;
    public int LastCell;
    public int Bytes;

}
