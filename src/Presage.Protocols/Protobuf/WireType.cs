namespace Presage.Protocols.Protobuf;

/// <summary>How a protobuf field's value is laid out (the three low bits of its tag).</summary>
enum WireType
{
    Varint = 0,
    Fixed64 = 1,
    Bytes = 2,
    Fixed32 = 5,
}
